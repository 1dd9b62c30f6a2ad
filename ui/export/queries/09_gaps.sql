-- What was not read, so that no row proves nothing?
select object_type, found, decoded, absent, unreadable, unknown, undecodable, c.complete, c.reason
from coverage c join latest using (run_id)
where unreadable > 0 or unknown > 0 or undecodable > 0 or not c.complete
order by object_type
