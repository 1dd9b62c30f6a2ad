-- Which disabled accounts still have rights on others?
select e.object_type, e.target_name, e.target_guid, e.acl_type, e.ace_index, e.trustee_name, e.trustee_sid, e.right_name
from entry e join latest using (run_id) join trustee t on t.run_id = e.run_id and t.trustee_sid = e.trustee_sid
where t.trustee_state = 'disabled' and e.status = 'Allow' and e.hidden_by is null
order by all
