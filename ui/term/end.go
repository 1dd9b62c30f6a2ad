package term

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// UntilEnded returns a context that ends with the first signal that ends the
// program in good order: the terminal as it was, each file whole or absent. A
// signal that is ignored stays so (nohup, a job in the background), but for
// SIGTERM, which nobody sends by chance. SIGINT and SIGQUIT end the program at
// once when they come again: who asks twice does not want to wait.
func UntilEnded(parent context.Context) (context.Context, context.CancelFunc) {
	list := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGHUP, syscall.SIGQUIT}, signal.Ignored)
	ctx, stop := signal.NotifyContext(parent, append(list, syscall.SIGTERM)...)
	context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt, syscall.SIGQUIT) })
	return ctx, stop
}
