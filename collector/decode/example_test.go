package decode_test

import (
	"context"
	"fmt"
	"sync"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/demo"
	"mbxperm/model"
)

// Read gives a source to the decoder, and what the decoder makes of it to a
// writer. Somebody else who holds the lock may take a snapshot meanwhile.
func ExampleRead() {
	src, err := demo.New("demo:5")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	w := model.NewWriter(model.NewPool())
	var mu sync.Mutex
	if err := decode.Read(context.Background(), src, w, &mu); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.State.Server, w.State.Account)
	// Output: dc1.contoso.com CONTOSO\auditor
}

// A source asks what stands in the table, with the names of its own partitions.
func ExampleSearches() {
	contoso := collector.Root{Domain: "DC=contoso,DC=com", Configuration: "CN=Configuration,DC=contoso,DC=com", Schema: "CN=Schema,CN=Configuration,DC=contoso,DC=com"}
	for _, s := range decode.Searches() {
		if s.Stage == collector.OfForest {
			fmt.Println(s.Purpose, s.Base(contoso), s.Filter)
		}
	}
	// Output:
	// rights CN=Extended-Rights,CN=Configuration,DC=contoso,DC=com (objectClass=controlAccessRight)
	// schema CN=Schema,CN=Configuration,DC=contoso,DC=com (|(objectClass=attributeSchema)(objectClass=classSchema))
	// domain-controllers CN=Sites,CN=Configuration,DC=contoso,DC=com (objectClass=nTDSDSA)
}
