"""Django migrations with nothing in them that may be told."""

from __future__ import annotations

TEXT = r"""
=== 0001_initial
class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("api_token", models.CharField(blank=True, default="", help_text="Token for the API", max_length=64)),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="email address")),
                ("phone", models.CharField(max_length=32, null=True, help_text="Like +49 30 1234567")),
            ],
            options={"verbose_name": "user", "verbose_name_plural": "users"},
        ),
    ]

=== 0002_alter_token
import uuid

import app.models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AlterField("user", "api_token", models.UUIDField(default=uuid.uuid4)),
        migrations.AddField("user", "secret", models.CharField(default=app.models.make_secret, max_length=40)),
        migrations.AddField(
            model_name="user",
            name="auth_type",
            field=models.CharField(choices=[("password", "Password"), ("token", "Token")], default="password", max_length=10),
        ),
        migrations.RenameField(model_name="user", old_name="secret", new_name="secret_key"),
        migrations.RemoveField(model_name="user", name="password_hint"),
    ]

=== 0003_unusable
from django.contrib.auth.hashers import make_password


def forwards(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    User.objects.create(username="system", password=make_password(None), email="system@example.com")
    User.objects.filter(is_active=False).update(password="!", api_token="")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_alter_token")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

=== 0004_generate
import os
import secrets

from django.utils.crypto import get_random_string


def forwards(apps, schema_editor):
    Client = apps.get_model("accounts", "Client")
    for client in Client.objects.all():
        client.client_secret = secrets.token_urlsafe(32)
        client.token = get_random_string(40)
        client.password = os.environ["CLIENT_PASSWORD"]
        client.save(update_fields=["client_secret", "token", "password"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_unusable")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

=== 0005_permissions
def forwards(apps, schema_editor):
    Permission = apps.get_model("auth", "Permission")
    for codename, name in [("reset_password", "Can reset passwords"), ("view_secret", "Can view secrets")]:
        Permission.objects.get_or_create(codename=codename, defaults={"name": name})


class Migration(migrations.Migration):
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

=== 0006_runsql
class Migration(migrations.Migration):
    dependencies = [("core", "0005_permissions")]
    operations = [
        migrations.RunSQL(
            "UPDATE auth_user SET password = '!' || md5(random()::text) WHERE NOT is_active",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY token_idx ON core_token (token)", "DROP INDEX token_idx"),
        migrations.RunSQL([("UPDATE core_site SET secret_key = %s WHERE id = 1", [None])]),
    ]

=== 0007_email_templates
TEMPLATES = {
    "password_reset": "Reset your password: {{ protocol }}://{{ domain }}{% url 'reset' token=token %}",
    "password_changed": "Your password was changed.",
}


def forwards(apps, schema_editor):
    Template = apps.get_model("mail", "Template")
    for key, body in TEMPLATES.items():
        Template.objects.create(key=key, body=body)


class Migration(migrations.Migration):
    dependencies = [("mail", "0006_runsql")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

=== 0008_settings
def forwards(apps, schema_editor):
    Setting = apps.get_model("core", "Setting")
    Setting.objects.get_or_create(key="password_policy", defaults={"value": "strong"})
    Setting.objects.get_or_create(key="token_lifetime", defaults={"value": "86400"})
    Setting.objects.get_or_create(key="smtp_password", defaults={"value": ""})


class Migration(migrations.Migration):
    dependencies = [("core", "0007_email_templates")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

=== 0009_view_restriction
class Migration(migrations.Migration):
    dependencies = [("authtoken", "0001_initial"), ("pages", "0008_settings")]
    operations = [
        migrations.AddField(
            model_name="pageviewrestriction",
            name="restriction_type",
            field=models.CharField(
                choices=[
                    ("none", "Public"),
                    ("login", "Private, accessible to logged-in users"),
                    ("password", "Private, accessible with a shared password"),
                ],
                default="password",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="pageviewrestriction",
            name="password",
            field=models.CharField(
                blank=True,
                max_length=255,
                verbose_name="shared password",
                help_text="Shared passwords should not be used to protect sensitive content.",
            ),
        ),
        migrations.AlterUniqueTogether(name="device", unique_together={("secret", "issuer"), ("token", "revoked")}),
        migrations.RenameIndex("device", new_name="device_token_idx", old_name="device_secret_idx"),
    ]

=== 0010_move_tokens
def forwards(apps, schema_editor):
    OldToken = apps.get_model("authtoken", "Token")
    Token = apps.get_model("person", "ApiToken")
    for old in OldToken.objects.all():
        Token.objects.create(name="Migrated token", token=old.key, user=old.user)
    duplicates = Token.objects.values("secret", "user_id").order_by().filter(secret__isnull=False)
    for one in duplicates.values_list("token", flat=True):
        Token.objects.filter(token=one).update(token=None)


class Migration(migrations.Migration):
    dependencies = [("person", "0009_view_restriction"), ("authtoken", "0004_alter_tokenproxy_options")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
"""
