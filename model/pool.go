package model

import "mbxperm/model/internal/pool"

// Pool keeps once what states of a directory have in common. It is made by
// NewPool and handed to Writers; only this tree looks inside.
type Pool = pool.Pool

// NewPool returns an empty pool.
func NewPool() *Pool { return pool.NewPool() }
