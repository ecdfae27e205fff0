# TEST ASSEMBLY, not openIMIS.
import importlib.util
import os
from importlib.metadata import version

from django.conf import settings
from django.http import JsonResponse
from django.urls import path


def modules(request):
    found = {}
    for one in settings.MODULES:
        package = one["pip"].split("egg=")[-1].split("==")[0]
        found[one["name"]] = {"version": version(package), "found": importlib.util.find_spec(one["name"]) is not None}
    return JsonResponse({"modules": found, "uid": os.getuid()})


urlpatterns = [path("api/modules", modules)]
