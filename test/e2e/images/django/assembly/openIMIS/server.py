# TEST ASSEMBLY, not openIMIS: serves like upstream's server.py.
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openIMIS.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402
from waitress import serve  # noqa: E402

serve(get_wsgi_application(), host="0.0.0.0", port=8000)
