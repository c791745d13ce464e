"""The half of the Alembic walk that runs in the project's own interpreter: stdlib, alembic, SQLAlchemy.

It is started by its folder's path and loads itself as `migseal_driver`, because `checks` may be the
name of a package of the user's. It runs on Python 3.8 and later, Alembic 1.8 and later.
"""
