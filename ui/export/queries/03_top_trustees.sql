-- Who has rights on the most mailboxes, as the screen shows them by default?
select trustee_name, trustee_sid, trustee_kind,
       count(*) filter (where acl_type = 'MailboxRight') as mailbox_entries,
       count(*) filter (where acl_type = 'SendAs-ReceiveAs') as send_receive_entries,
       count(distinct target_guid) as mailboxes
from entry join latest using (run_id)
where object_type = 'mailbox' and hidden_by is null and acl_type in ('MailboxRight', 'SendAs-ReceiveAs')
group by trustee_name, trustee_sid, trustee_kind
order by mailboxes desc, trustee_name, trustee_sid
