module example.com/milepost-reader

go 1.24

require (
	github.com/twmb/franz-go v1.19.5
	google.golang.org/protobuf v1.36.8
)

require (
	github.com/klauspost/compress v1.18.0 // indirect
	github.com/pierrec/lz4/v4 v4.1.22 // indirect
	github.com/twmb/franz-go/pkg/kmsg v1.11.2 // indirect
)
