// Reads dashboards strictly, by the types that are generated from Grafana's own schema, and prints what does not belong.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	plugins.RegisterDefaultPlugins()
	failed := false
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err == nil {
			read := dashboard.Dashboard{}
			err = read.UnmarshalJSONStrict(text)
			if err == nil {
				err = read.Validate()
			}
		}
		// The readers give a list of problems, which may be empty.
		var problems cog.BuildErrors
		if errors.As(err, &problems) && len(problems) == 0 {
			err = nil
		}
		if err != nil {
			fmt.Printf("%s: %v\n", path, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}
