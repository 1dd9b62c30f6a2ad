-- Which mailboxes must move together, because one has rights on the other?
-- hub: whoever has rights on more mailboxes than this ties nobody
with recursive grants as ( -- what one mailbox has on another
  select distinct e.run_id, e.target_guid as a, t.trustee_guid as b
  from entry e join latest using (run_id)
    join trustee t on t.run_id = e.run_id and t.trustee_sid = e.trustee_sid and t.trustee_kind = 'mailbox'
  where e.object_type = 'mailbox' and e.status = 'Allow' and e.applies_here and not e.inherited
    and e.right_name in ('FullAccess', 'Send-As', 'SendOnBehalf') and e.target_guid <> t.trustee_guid
), kept as (
  select a, b from grants qualify count(*) over (partition by run_id, b) <= getvariable('hub')
), ties as (
  select a, b from kept union select b, a from kept
), batch(guid, first) using key (guid) as ( -- each takes the least name that a neighbour has, until nothing changes
  select a, a from ties
  union
  select t.b, min(n.first) from batch n join ties t on t.a = n.guid join recurring.batch own on own.guid = t.b
  where n.first < own.first group by t.b
)
select b.first as batch, b.guid as mailbox_guid, m.target_name as mailbox_name
from batch b join target m on m.target_guid = b.guid join latest using (run_id)
order by batch, mailbox_guid
