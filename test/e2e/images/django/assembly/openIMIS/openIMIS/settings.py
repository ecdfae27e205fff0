# TEST ASSEMBLY, not openIMIS: just enough around the real modules for them to tell whom they serve.
import json
import os

BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(BASE_DIR, "..", "openimis.json"), encoding="utf-8") as file:
    OPENIMIS_APPS = [one["name"] for one in json.load(file)["modules"]]
SITE_ROOT = os.environ.get("SITE_ROOT", "api")
SECRET_KEY = os.environ.get("SECRET_KEY", "for the build")
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "openIMIS.urls"
USE_TZ = False

FRAMEWORK_APPS = ["contenttypes", "auth", "sessions", "messages"]
HELPER_APPS = ["refresh_token", "axes", "django_apscheduler"]
INSTALLED_APPS = [
    *("django.contrib.%s" % name for name in [*FRAMEWORK_APPS, "staticfiles"]),
    "graphene_django",
    "rest_framework",
    "graphql_jwt.refresh_token.apps.RefreshTokenConfig",
    "axes",
    "django_apscheduler",
    "claim",
    *OPENIMIS_APPS,
]
# Tables as the models say, at once: the migrations need the legacy's tables and take minutes.
MIGRATION_MODULES = {app: None for app in [*FRAMEWORK_APPS, *HELPER_APPS, "claim", *OPENIMIS_APPS]}

# Who is asking comes from the header of the gateway and nowhere else, by openimis-be-core's own code.
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.security.RemoteUserMiddleware",
]
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"]}

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("DB_HOST", ""),
        "NAME": "imis",
        "USER": "imis",
        "PASSWORD": os.environ.get("DB_PASSWORD", ""),
    }
}
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ["default", *OPENIMIS_APPS]
}
STATIC_URL = "/static/"
STATIC_ROOT = os.path.join(BASE_DIR, "staticfiles")

# What core reads.
MODE = "DEV"
MSSQL = ROW_SECURITY = SCHEDULER_AUTOSTART = False
SCHEDULER_JOBS = []
SCHEDULER_CONFIG = {}
PASSWORD_MIN_LENGTH = 8
PASSWORD_UPPERCASE = PASSWORD_LOWERCASE = PASSWORD_DIGITS = PASSWORD_SYMBOLS = PASSWORD_SPACES = 1
