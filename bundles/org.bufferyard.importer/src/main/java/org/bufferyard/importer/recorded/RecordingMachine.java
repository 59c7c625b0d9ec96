package org.bufferyard.importer.recorded;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.PoolSpec;

/**
 * What an environment leaves out because it was the same in every boot: the devicetree of the
 * machine that recorded. Facts in {@code machine.json}, restated from that tree.
 */
final class RecordingMachine {
  private static final String FACTS = "machine.json";

  private final Field facts;

  RecordingMachine() {
    try (InputStream in = RecordingMachine.class.getResourceAsStream(FACTS);
        Reader reader =
            new InputStreamReader(Objects.requireNonNull(in, FACTS), StandardCharsets.UTF_8)) {
      facts = new Field(JsonParser.parseReader(reader), FACTS, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A reserved region of the tree. */
  record Region(String name, PhysRange range, PoolSpec.Kind kind) {}

  List<Region> regions() {
    return facts.member("pools").elements().stream()
        .map(
            p ->
                new Region(
                    p.member("name").text(),
                    range(p),
                    PoolSpec.Kind.valueOf(p.member("kind").text())))
        .toList();
  }

  /** Names of the regions in a device's {@code memory-region}. */
  List<String> poolsOf(String device) {
    return fact(device)
        .flatMap(d -> d.optional("pools"))
        .map(pools -> pools.elements().stream().map(Field::text).toList())
        .orElse(List.of());
  }

  /** The stream of a platform device behind the SMMU, where there is one. */
  OptionalLong streamOf(String device) {
    return fact(device)
        .flatMap(d -> d.optional("stream"))
        .map(s -> OptionalLong.of(s.number()))
        .orElse(OptionalLong.empty());
  }

  /** Where the default CMA area lay in boots that recorded it. */
  PhysRange defaultCma() {
    return range(facts.member("defaultCma"));
  }

  /** Where the bounce pool of a boot that did not record it lay, else where others had it. */
  PhysRange bounceOf(String run, String architecture) {
    return range(
        facts
            .member("bounceOfBoot")
            .optional(run)
            .orElseGet(() -> facts.member("defaultBounce").member(architecture)));
  }

  private Optional<Field> fact(String device) {
    return facts.member("devices").optional(device);
  }

  private static PhysRange range(Field field) {
    return new PhysRange(field.member("base").number(), field.member("size").number());
  }
}
