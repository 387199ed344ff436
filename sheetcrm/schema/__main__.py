"""`python -m sheetcrm.schema` → the JSON schema of templates on stdout."""

import json
import sys

from sheetcrm.schema.template import json_schema

json.dump(json_schema(), sys.stdout, ensure_ascii=False, indent=2)
sys.stdout.write("\n")
