# TEST ASSEMBLY, not openIMIS: modules ask their assembly which others are there.
from django.conf import settings


def openimis_apps():
    return list(settings.OPENIMIS_APPS)
