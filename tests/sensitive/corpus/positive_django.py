"""Django migrations with something in them that must be told."""

from __future__ import annotations

TEXT = r'''
=== 0002_default_admin
from django.contrib.auth.hashers import make_password


def create_admin(apps, schema_editor):
    User = apps.get_model("auth", "User")
    User.objects.create(
        username="admin",
        is_staff=True,
        password=make_password("Quokka-17"),  ~~password
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(create_admin, migrations.RunPython.noop)]

=== 0003_create_user
def forwards(apps, schema_editor):
    from django.contrib.auth.models import User

    User.objects.create_superuser("root", "root@example.com", password="root4ever")  ~~password


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_auto'),
    ]

    operations = [
        migrations.RunPython(forwards),
    ]

=== 0004_runsql
class Migration(migrations.Migration):
    dependencies = [("core", "0003_create_user")]
    operations = [
        migrations.RunSQL(
            sql="""
            INSERT INTO auth_user (username, password, is_active)
            VALUES ('robot', '<<djangopbkdf2>>', true);  ~~password-hash
            """,
            reverse_sql="DELETE FROM auth_user WHERE username = 'robot'",
        ),
        migrations.RunSQL([
            "CREATE ROLE grafana LOGIN PASSWORD 'gr4fana'",  ~~role-password
            ("UPDATE core_site SET secret_key = %s", ["<<alnum40>>"]),  ~~token
        ]),
    ]

=== 0005_update_settings
def set_smtp(apps, schema_editor):
    Setting = apps.get_model('core', 'Setting')
    Setting.objects.update_or_create(key='smtp_password', defaults={'value': 'Post!2018'})  ~~password
    Setting.objects.update_or_create(key='smtp_host', defaults={'value': 'mail.example.com'})
    Setting.objects.filter(name='slack').update(token='<<slack>>')  ~~token


class Migration(migrations.Migration):
    dependencies = [('core', '0004_runsql')]
    operations = [migrations.RunPython(set_smtp)]

=== 0006_bulk_create
STAFF = [
    ("mhuber", "marlene.huber@huber-maschinen.at"),  ~~email
    ("tsato", "t.sato@satodesign.jp"),  ~~email
]


def load(apps, schema_editor):
    Person = apps.get_model("people", "Person")
    Person.objects.bulk_create([Person(login=login, email=email) for login, email in STAFF])


class Migration(migrations.Migration):
    dependencies = [("people", "0005_person")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]

=== 0007_attribute
def set_password(apps, schema_editor):
    Account = apps.get_model("bank", "Account")
    for account in Account.objects.filter(api_secret=""):
        account.api_secret = "<<hex40>>"  ~~token
        account.save()


class Migration(migrations.Migration):
    dependencies = [("bank", "0006_account")]
    operations = [migrations.RunPython(set_password)]

=== 0008_field_default
class Migration(migrations.Migration):
    dependencies = [("net", "0007_router")]
    operations = [
        migrations.AddField(
            model_name="router",
            name="admin_password",
            field=models.CharField(max_length=64, default="Cisco-Lab1"),  ~~password
        ),
        migrations.AddField(
            model_name="router",
            name="admin_user",
            field=models.CharField(max_length=64, default="admin"),
        ),
    ]

=== 0009_set_password_method
def forwards(apps, schema_editor):
    from accounts.models import User

    user, _ = User.objects.get_or_create(username="kiosk")
    user.set_password("kiosk-2022")  ~~password
    user.save()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_field_default")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

=== 0010_superuser_of_the_environment
import os


def create_superuser(apps, schema_editor):
    User = apps.get_model("api", "StaffAccount")
    username = os.environ.get("SUPERUSER_USERNAME", "superadmin")
    email = os.environ.get("SUPERUSER_EMAIL", "superadmin@example.org")
    password = os.environ.get("SUPERUSER_PASSWORD", "hibiscus25")  ~~password
    User.objects.filter(username=username).delete()
    User.objects.create_superuser(username=username, email=email, password=password, role="super_admin")


class Migration(migrations.Migration):
    dependencies = [("api", "0009_set_password_method")]
    operations = [migrations.RunPython(create_superuser, migrations.RunPython.noop)]

=== 0011_superuser
from django.conf import settings


def create_superuser(apps, schema_editor):
    User = apps.get_model(settings.AUTH_USER_MODEL)
    if not User.objects.filter(username='1620').exists():
        User.objects.create_superuser(
            username='1620',
            email='dana.ishii@ishii-kogyo.jp',  ~~email
            password='0sakana-s'  ~~password
        )


class Migration(migrations.Migration):
    dependencies = [
        ('core', '0007_project_deleted_at'),
    ]

    operations = [
        migrations.RunPython(create_superuser),
    ]

=== 0012_defaults_of_get_or_create
from django.contrib.auth.hashers import make_password


def forwards(apps, schema_editor):
    User = apps.get_model("users", "UserModel")
    User.objects.get_or_create(
        username="admin",
        defaults={
            "email": "admin@example.net",
            "password": make_password("qwerty-12"),  ~~password
            "is_staff": True,
        },
    )
    User.objects.update_or_create(username="bot", defaults=dict(api_token="<<alnum40>>"))  ~~token


class Migration(migrations.Migration):
    dependencies = [("users", "0005_fill_roles")]
    operations = [migrations.RunPython(forwards)]
'''
