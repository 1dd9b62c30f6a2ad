-- Which entries name nobody who exists any more?
select e.object_type, e.target_name, e.target_guid, e.acl_type, e.ace_index, e.trustee_name, e.trustee_sid, e.trustee_kind, e.right_name, e.status
from entry e join latest using (run_id)
where e.trustee_kind in ('orphan', 'deleted')
order by all
