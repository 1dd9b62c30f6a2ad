package session_test

import (
	"context"
	"fmt"

	"mbxperm/collector/session"
	"mbxperm/model"
)

// An opener finds the source that a text names, and a collection reads it in a
// goroutine of its own. A snapshot may be taken at any time; the last one says
// whether everything was read.
func ExampleStart() {
	ctx := context.Background()
	var opener session.Opener
	src, warnings, err := opener.Open(ctx, "demo:5")
	if err != nil {
		fmt.Println(err)
		return
	}
	c := session.Start(ctx, src, model.NewPool(), warnings)
	<-c.Done()
	state := c.Snapshot().State
	fmt.Println(state.Source, state.Complete())
	// Output: demo:5:1 true
}
