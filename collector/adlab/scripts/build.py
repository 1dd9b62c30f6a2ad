#!/usr/bin/python3
"""Fills a freshly provisioned Samba directory with the Exchange lab.

usage: build.py TARGET MAILBOXES STAFF
"""

import sys
import time

import descriptors
import rights
import schema
from directory import Directory
from grants import Grants
from organisation import Organisation
from people import People


def system_mailboxes(d, people, organisation):
    """The mailbox that every store keeps for itself; no user object, and SYSTEM alone may open it."""
    for number, (store, _) in enumerate(organisation.databases):
        d.add(d.child(people.ous["System"], "CN", "SystemMailbox{%08d-0000-4000-8000-00000000000a}" % number),
              "msExchSystemMailbox", mailNickname="SystemMailbox%d" % number, homeMDB=store,
              msExchMailboxSecurityDescriptor=people_packer(people).pack("O:SYG:SYD:(A;CI;0x20003;;;SY)"))


def people_packer(people):
    packer = descriptors.Packer(people.d.db.get_domain_sid())
    packer.sids = people.sids
    return packer


def main(target, mailboxes, staff):
    begin = time.time()

    def step(text):
        print("%5.1f s  %s" % (time.time() - begin, text), flush=True)

    d = Directory(target)
    schema.load(d.db)
    schema.add_all(d.db, rights.messages(d.config))
    step("schema")
    d = Directory(target)  # a new connection: the old one keeps classes from before
    organisation = Organisation(d)
    people = People(d, organisation, int(mailboxes), int(staff))
    with d.transaction():
        organisation.build()
        people.make_ous()
        people.make_groups()
        people.make_deleted()
    step("organisation, groups")
    with d.transaction():
        people.make_mailboxes()
        people.make_others()
        people.make_bind_accounts()
        system_mailboxes(d, people, organisation)
    step("accounts")
    packer = people_packer(people)
    grants = Grants(d, people, packer)
    with d.transaction():
        organisation.protect(packer)
        grants.containers()
    step("rights on containers")
    with d.transaction():
        grants.foreign()
        grants.history()
        grants.members()
        grants.links()
        grants.people_descriptors()
        grants.protect_admins()
    step("rights on accounts")


if __name__ == "__main__":
    main(*sys.argv[1:])
