-- What stands on the stores beside set-up's own entries, and how many mailboxes does it concern?
select e.target_name as store_name, e.trustee_name, e.trustee_sid, e.right_name, e.status, e.applies_to, e.origin_dn,
       coalesce(m.mailboxes, 0) as mailboxes
from entry e join latest using (run_id)
  left join (select run_id, store_guid, count(*) as mailboxes from target group by run_id, store_guid) m on m.run_id = e.run_id and m.store_guid = e.target_guid
where e.object_type = 'store' and e.hidden_by is null
order by e.target_name, e.ace_index, e.right_name
