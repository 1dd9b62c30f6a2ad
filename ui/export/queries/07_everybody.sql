-- What has everybody?
select e.object_type, e.target_name, e.target_guid, e.acl_type, e.ace_index, e.trustee_name, e.trustee_sid, e.right_name, e.applies_here
from entry e join latest using (run_id)
where e.status = 'Allow' and e.hidden_by is null
  and (e.trustee_sid in ('S-1-1-0', 'S-1-5-7', 'S-1-5-11', 'S-1-5-32-545', 'S-1-5-32-546') -- Everyone, Anonymous, Authenticated Users, Users, Guests
    or e.trustee_sid like 'S-1-5-21-%-513' or e.trustee_sid like 'S-1-5-21-%-514')         -- Domain Users, Domain Guests
order by all
