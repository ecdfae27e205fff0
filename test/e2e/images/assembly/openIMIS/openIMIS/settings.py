# TEST ASSEMBLY, not openIMIS: reads its applications from openimis.json, as upstream does.
import json
import os

BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(BASE_DIR, "..", "openimis.json"), encoding="utf-8") as file:
    MODULES = json.load(file)["modules"]
SECRET_KEY = "of a test"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
LOGGING = {
    "version": 1,
    "handlers": {"debug-log": {"class": "logging.FileHandler", "filename": "debug.log"}},
    "loggers": {"": {"level": "DEBUG", "handlers": ["debug-log"]}},
}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.staticfiles", "rest_framework"]
INSTALLED_APPS += [one["name"] for one in MODULES if one["name"] != "core"]
STATIC_URL = "/static/"
STATIC_ROOT = os.path.join(BASE_DIR, "staticfiles")
LOCALE_PATHS = [os.path.join(BASE_DIR, "locale")]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
ROOT_URLCONF = "openIMIS.urls"
