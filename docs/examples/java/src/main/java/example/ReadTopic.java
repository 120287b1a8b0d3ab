package example;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Prints the records of a Milepost topic as JSON, one a line. The schema is read at run time from a descriptor
 * file, so no code has to be generated:
 *
 * <pre>
 * npx --yes @bufbuild/buf@1.75.0 build ../../../proto -o milepost.binpb
 * mvn -q compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp target/classes:$(cat target/classpath) example.ReadTopic localhost:9092 milepost.positions.v1 10 milepost.binpb
 * </pre>
 */
public final class ReadTopic {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private ReadTopic() {}

    public static void main(String[] args) throws Exception {
        String brokers = args[0];
        String topic = args[1];
        int count = Integer.parseInt(args[2]);
        Map<String, Descriptor> messages = readSchema(Path.of(args[3]));

        Map<String, Object> settings = Map.of(
                "bootstrap.servers", brokers,
                "group.id", "milepost-example-java",
                "auto.offset.reset", "earliest",
                "enable.auto.commit", "false",
                // Records of a transaction that was given up are not delivered.
                "isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            Instant deadline = Instant.now().plus(PATIENCE);
            int read = 0;
            while (read < count) {
                if (Instant.now().isAfter(deadline)) {
                    throw new IllegalStateException("only " + read + " records of " + topic + " within " + PATIENCE);
                }
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    if (read < count) {
                        System.out.println(toJson(messages, record));
                        read++;
                    }
                }
            }
        }
    }

    /** Messages of the descriptor file by their full name. */
    private static Map<String, Descriptor> readSchema(Path path) throws Exception {
        Map<String, FileDescriptor> files = new HashMap<>();
        Map<String, Descriptor> messages = new HashMap<>();
        try (InputStream in = Files.newInputStream(path)) {
            // The files stand in the order of their dependencies.
            for (FileDescriptorProto file : FileDescriptorSet.parseFrom(in).getFileList()) {
                var needed = file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
                var built = FileDescriptor.buildFrom(file, needed);
                files.put(file.getName(), built);
                built.getMessageTypes().forEach(message -> messages.put(message.getFullName(), message));
            }
        }
        return messages;
    }

    /** The full name of a record's message stands in the header {@code schema}. */
    private static String toJson(Map<String, Descriptor> messages, ConsumerRecord<String, byte[]> record)
            throws Exception {
        if (record.value() == null) {
            return "{\"key\":\"" + record.key() + "\",\"value\":null}";
        }
        Header schema = record.headers().lastHeader("schema");
        Descriptor type = messages.get(new String(schema.value(), StandardCharsets.UTF_8));
        String value = JsonFormat.printer().omittingInsignificantWhitespace()
                .print(DynamicMessage.parseFrom(type, record.value()));
        return "{\"key\":\"" + record.key() + "\",\"offset\":" + record.offset() + ",\"value\":" + value + "}";
    }
}
