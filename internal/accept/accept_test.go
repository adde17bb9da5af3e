package accept_test

import (
	"net/http"
	"testing"

	"github.com/roboto-ai/console/internal/accept"
)

func TestCoding(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		header []string
		want   string
	}{
		"no header":                     {nil, ""},
		"an empty header":               {[]string{""}, ""},
		"a browser over https":          {[]string{"gzip, deflate, br, zstd"}, "zstd"},
		"a browser over http":           {[]string{"gzip, deflate"}, "gzip"},
		"gzip preferred":                {[]string{"zstd;q=0.5, gzip"}, "gzip"},
		"zstd preferred":                {[]string{"gzip;q=0.8, zstd;q=0.9"}, "zstd"},
		"zstd refused":                  {[]string{"zstd;q=0, gzip"}, "gzip"},
		"all refused":                   {[]string{"zstd;q=0.0, gzip;q=0.000"}, ""},
		"anything":                      {[]string{"*"}, "zstd"},
		"anything but zstd":             {[]string{"*, zstd;q=0"}, "gzip"},
		"nothing but what is as it is":  {[]string{"identity, *;q=0"}, ""},
		"gzip named, all else unwanted": {[]string{"*;q=0, gzip;q=0.1"}, "gzip"},
		"several headers":               {[]string{"br", "ZSTD ; Q=0.2"}, "zstd"},
		"a weight that cannot be read":  {[]string{"zstd;q=x, gzip;q=0.1"}, "gzip"},
		"a weight above one":            {[]string{"zstd;q=2, gzip"}, "gzip"},
		"a parameter that is no weight": {[]string{"zstd;level=3, gzip"}, "gzip"},
		"another coding":                {[]string{"br"}, ""},
		"a coding with a longer name":   {[]string{"xgzip, gzipx"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := accept.Coding(http.Header{"Accept-Encoding": test.header}, "zstd", "gzip"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
