-- Which mailboxes must move together, because rights tie them?
with recursive ties as ( -- a mailbox whose objectGUID was not read goes by its DN
  select coalesce(mailbox_guid, mailbox_dn) as a, coalesce(tied_guid, tied_dn) as b, mailbox_guid, mailbox_name
  from tie join latest using (run_id)
), together(a, first) using key (a) as ( -- each takes the least name that a neighbour has, until nothing changes
  select distinct a, a from ties
  union
  select t.b, min(n.first) from together n join ties t on t.a = n.a join recurring.together own on own.a = t.b
  where n.first < own.first group by t.b
)
select first as batch, mailbox_guid, mailbox_name, count(*) as ties, count(*) over (partition by first) - 1 as moves_with
from ties join together using (a)
group by first, a, mailbox_guid, mailbox_name
order by batch, mailbox_guid, a
