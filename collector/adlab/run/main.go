// Command run starts the directory lab by hand and waits for Ctrl-C, so that the
// program can be tried on a real directory:
//
//	go run ./collector/adlab/run
//	go run . ldaps://dc1.contoso.lab --dc dc1.contoso.lab=ADDRESS --ca FILE -u administrator@contoso.lab
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"mbxperm/collector/adlab"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		os.Exit(1)
	}
}

func run() error {
	var o adlab.Options
	flag.IntVar(&o.Mailboxes, "mailboxes", 0, "number of mailboxes (default 300)")
	flag.IntVar(&o.Staff, "staff", 0, "number of accounts without a mailbox (default 1300)")
	flag.BoolVar(&o.Cleartext, "cleartext", false, "let simple binds through without TLS")
	flag.BoolVar(&o.WrongName, "wrong-name", false, "present a certificate for another host")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	lab, err := adlab.Open(ctx, o)
	if err != nil {
		return err
	}
	defer lab.Close()
	fmt.Printf("address        %s (ports 389 636 3268 88)\nhost           %s\ncertificate    %s\nkrb5.conf      %s\n",
		lab.Address, lab.Host, lab.CAFile, lab.KRB5Conf)
	fmt.Printf("administrator  %s  %s\nreader         %s  %s\n", lab.Administrator, lab.AdministratorPassword,
		lab.Reader, lab.ReaderPassword)
	for _, a := range lab.Oracle.BindAccounts {
		if a.State != "" {
			fmt.Printf("               %s@%s  %s (%s)\n", a.SAM, lab.Domain, lab.ReaderPassword, a.State)
		}
	}
	fmt.Printf("directory      %d mailboxes, %d stores, %d principals\n", len(lab.Oracle.Mailboxes()), len(lab.Oracle.Stores()),
		len(lab.Oracle.With(adlab.RolePrincipal)))
	fmt.Printf("try            LDAPTLS_CACERT=%s ldapsearch -x -H ldaps://%s -D %s -W -b %s '(mailNickname=*)' dn\n",
		lab.CAFile, lab.Address, lab.Administrator, lab.BaseDN)
	fmt.Println("running; Ctrl-C ends it")
	<-ctx.Done()
	return nil
}
