# TEST ASSEMBLY, not openIMIS: the rows of tblUsers that a legacy would have, then a first start's own rows.
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openIMIS.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)

from core.models import InteractiveUser, Language  # noqa: E402

language, _ = Language.objects.get_or_create(code="en", defaults={"name": "English", "sort_order": 1})
for login in sys.argv[1:]:
    InteractiveUser.objects.create(
        login_name=login, last_name="Last", other_names=login, language=language, audit_user_id=0, role_id=1
    )
