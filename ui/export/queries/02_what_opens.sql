-- What can somebody open, by himself or as a member of a group?
-- person: a name or a SID
with person as (
  select t.run_id, t.trustee_sid from trustee t join latest using (run_id)
  where t.trustee_name = getvariable('person') or t.trustee_sid = getvariable('person')
), named as ( -- himself, his groups at any depth, and those of whom everybody is one
  select run_id, trustee_sid as sid, 1 as near from person
  union all select m.run_id, m.group_sid, 2 from membership m join person p on m.run_id = p.run_id and m.member_sid = p.trustee_sid
  union all select m.run_id, m.group_sid, 2 from membership m join person p using (run_id) where m.member_sid in ('S-1-1-0', 'S-1-5-11')
  union all select run_id, 'S-1-1-0', 3 from person union all select run_id, 'S-1-5-11', 3 from person
), held as (
  select run_id, sid, min(near) as near from named group by run_id, sid
), found as (
  select a.*, row_number() over ( -- a row of his own says more than that of a group
    partition by a.run_id, coalesce(a.mailbox_guid, a.why)
    order by h.near, case a.can_open when 'allowed' then 1 when 'denied' then 2 when 'possible' then 3 when 'unknown' then 4 else 5 end, a.via) as place
  from access a join held h on a.run_id = h.run_id and a.person_sid = h.sid
)
select mailbox_name, mailbox_guid, person_name, can_open, basis, via, why
from found
where place = 1 and can_open in ('allowed', 'possible')
order by mailbox_name, mailbox_guid, why -- a row without a mailbox: on many alike, see why
