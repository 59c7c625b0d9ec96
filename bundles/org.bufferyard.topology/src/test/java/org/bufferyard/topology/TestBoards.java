package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.PlatformSpec;

/** Boards for tests, from the inside of a topology file. */
final class TestBoards {
  private static final String HEAD =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <topology:Topology xmi:version="2.0" xmlns:xmi="http://www.omg.org/XMI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:topology="http://bufferyard.org/topology/1.0" id="test-board" %s>
      %s
      </topology:Topology>
      """;

  private TestBoards() {}

  /** A file: what stands at the root and what is in it, {@code T:} short for the type attribute. */
  static String file(String attributes, String content) {
    return HEAD.formatted(attributes, content.replace("T:", "xsi:type=\"topology:"));
  }

  static BoardReading read(String attributes, String content) {
    return BoardReading.of(
        file(attributes, content).getBytes(StandardCharsets.UTF_8),
        "test.topology",
        List.of(),
        new ModelPackages());
  }

  /** A board with 1 GiB of RAM at 0 beside the content, and no complaints. */
  static PlatformSpec compile(String content) {
    BoardReading reading =
        read(
            "",
            "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\" size=\"1G\"/>" + content);
    assertEquals(List.of(), reading.errors("test"), "errors");
    assertEquals(List.of(), reading.warnings("test"), "warnings");
    return reading.orThrow("test");
  }

  static PhysRange range(long base, long size) {
    return new PhysRange(base, size);
  }
}
