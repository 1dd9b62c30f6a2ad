-- Which rights are there on one day that were not there on another?
-- before, after: days (snapshot_date)
select object_type, target_guid, target_name, acl_type, trustee_sid, trustee_name, right_name, status
from entry where snapshot_date = cast(getvariable('after') as date) and not inherited
except
select object_type, target_guid, target_name, acl_type, trustee_sid, trustee_name, right_name, status
from entry where snapshot_date = cast(getvariable('before') as date) and not inherited
order by all
