package coverage_test

import (
	"context"
	"fmt"
	"sync"

	"mbxperm/collector/decode"
	"mbxperm/collector/demo"
	"mbxperm/model"
	"mbxperm/model/coverage"
)

// What was found, what of it could be read, and which domains were not read: an
// empty answer proves nothing without them.
func ExampleOf() {
	src, err := demo.New("demo:5")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	w := model.NewWriter(model.NewPool())
	if err := decode.Read(context.Background(), src, w, new(sync.Mutex)); err != nil {
		fmt.Println(err)
		return
	}
	w.State.Phase = model.Finished
	s := w.Snapshot()
	for _, c := range coverage.Of(s) {
		if c.ObjectType == "store" {
			fmt.Println(c.Found, "stores,", c.Decoded, "with their descriptors; complete:", c.Complete)
		}
	}
	names, all := coverage.UnreadDomains(s)
	fmt.Println(len(names), "of", all, "domains unread:", names)
	// Output:
	// 4 stores, 4 with their descriptors; complete: true
	// 1 of 2 domains unread: [emea.contoso.com]
}
