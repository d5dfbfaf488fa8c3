// Reads a CAR file with go-car, as its own `car inspect` and `car verify` do: the hash of every block, the roots, and, for a
// CARv2 with an index, every block by its CID. Prints what it found as JSON; anything wrong ends it with 1.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	car "github.com/ipld/go-car/v2"
	"github.com/ipld/go-car/v2/blockstore"
)

type report struct {
	Version      uint64   `json:"version"`
	Roots        []string `json:"roots"`
	RootsPresent bool     `json:"rootsPresent"`
	Blocks       uint64   `json:"blocks"`
	ByIndex      int      `json:"byIndex"`
	IndexCodec   string   `json:"indexCodec"`
}

func main() {
	found, err := check(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		os.Exit(1)
	}
}

func check(path string) (report, error) {
	reader, err := car.OpenReader(path)
	if err != nil {
		return report{}, err
	}
	defer reader.Close()
	stats, err := reader.Inspect(true)
	if err != nil {
		return report{}, err
	}
	found := report{Version: stats.Version, RootsPresent: stats.RootsPresent, Blocks: stats.BlockCount}
	for _, root := range stats.Roots {
		found.Roots = append(found.Roots, root.String())
	}
	if stats.Version == 2 && stats.Header.HasIndex() {
		found.IndexCodec = stats.IndexCodec.String()
	}
	found.ByIndex, err = readByCid(path)
	return found, err
}

// readByCid looks every block up: by the index of a CARv2, by one that go-car makes for a CARv1.
func readByCid(path string) (int, error) {
	store, err := blockstore.OpenReadOnly(path, blockstore.UseWholeCIDs(true))
	if err != nil {
		return 0, err
	}
	defer store.Close()
	keys, err := store.AllKeysChan(context.Background())
	if err != nil {
		return 0, err
	}
	count := 0
	for key := range keys {
		block, err := store.Get(context.Background(), key)
		if err != nil {
			return count, fmt.Errorf("block %s: %w", key, err)
		}
		sum, err := key.Prefix().Sum(block.RawData())
		if err != nil || !sum.Equals(key) {
			return count, fmt.Errorf("block %s is another one by the index (%v)", key, err)
		}
		count++
	}
	return count, nil
}
