# TEST ASSEMBLY, not openIMIS.
from django.conf import settings
from django.urls import include, path

urlpatterns = [path("%s/core/" % settings.SITE_ROOT, include("core.urls"))]
