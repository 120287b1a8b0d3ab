// Prints the records of a Milepost topic as JSON, one a line. The schema is read at run time from a descriptor
// file, so no code has to be generated:
//
//	npx --yes @bufbuild/buf@1.75.0 build ../../../proto -o milepost.binpb
//	go run . -brokers localhost:9092 -topic milepost.positions.v1 -count 10 -schema milepost.binpb
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func main() {
	brokers := flag.String("brokers", "localhost:9092", "bootstrap server")
	topic := flag.String("topic", "milepost.positions.v1", "topic to read")
	count := flag.Int("count", 10, "stop after so many records")
	schema := flag.String("schema", "milepost.binpb", "descriptor file made by buf build")
	timeout := flag.Duration("timeout", 30*time.Second, "give up after so long")
	flag.Parse()

	files, err := readSchema(*schema)
	if err != nil {
		log.Fatalf("cannot read the schema %s: %v", *schema, err)
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(*brokers),
		kgo.ConsumeTopics(*topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		// Records of a transaction that was given up are not delivered.
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx, cancel := context.WithTimeout(context.Background(), *timeout)
	defer cancel()
	for read := 0; read < *count; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			log.Fatalf("cannot read %s after %d records: %v", *topic, read, err)
		}
		for _, record := range fetches.Records() {
			if read == *count {
				break
			}
			text, err := toJSON(files, record)
			if err != nil {
				log.Fatalf("record %d of partition %d: %v", record.Offset, record.Partition, err)
			}
			fmt.Printf("{\"key\":%q,\"offset\":%d,\"value\":%s}\n", record.Key, record.Offset, text)
			read++
		}
	}
}

func readSchema(path string) (*protoregistry.Files, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(bytes, set); err != nil {
		return nil, err
	}
	return protodesc.NewFiles(set)
}

// toJSON decodes a record; the full name of its message stands in the header `schema`.
func toJSON(files *protoregistry.Files, record *kgo.Record) ([]byte, error) {
	if record.Value == nil {
		return []byte("null"), nil
	}
	for _, header := range record.Headers {
		if header.Key != "schema" {
			continue
		}
		found, err := files.FindDescriptorByName(protoreflect.FullName(header.Value))
		if err != nil {
			return nil, err
		}
		message := dynamicpb.NewMessage(found.(protoreflect.MessageDescriptor))
		if err := proto.Unmarshal(record.Value, message); err != nil {
			return nil, err
		}
		return protojson.Marshal(message)
	}
	return nil, fmt.Errorf("no header `schema`: is this a topic of Milepost?")
}
