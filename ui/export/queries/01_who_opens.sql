-- Who can open a mailbox or send as it, and by which way?
-- mailbox: a name or an objectGUID
select a.mailbox_name, a.person_name, a.person_sid, a.person_state, a.can_open, a.can_open_admin, a.can_send_as, a.can_send_on_behalf,
       a.basis, a.via, a.why, a.complete
from access a join latest using (run_id)
where a.mailbox_name = getvariable('mailbox') or a.mailbox_guid = getvariable('mailbox')
   or a.mailbox_guid is null and a.mailbox_name = '*' -- on many mailboxes alike; why says on how many
order by a.mailbox_name, a.person_name, a.person_sid
