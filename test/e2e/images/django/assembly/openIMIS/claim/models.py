# TEST ASSEMBLY, not openIMIS: core's users refer to one model of the module claim, which would bring twenty more.
from django.db import models


class ClaimAdmin(models.Model):
    class Meta:
        db_table = "tblClaimAdmin"
