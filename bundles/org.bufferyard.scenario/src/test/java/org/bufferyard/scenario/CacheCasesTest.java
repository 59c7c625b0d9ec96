package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every worked case of docs/caches.md comes out on the engines as it stands there. */
class CacheCasesTest {
  private static final Path DOCUMENT = Path.of("../../docs/caches.md");
  private static final int NEIGHBOUR = 160;
  private static final int AT_LEAST = 10;

  /** A row of the table. */
  private record Case(
      String number, String setting, String steps, String line, String read, String verdict) {
    int bytes() {
      return Integer.parseInt(setting.split(" ")[0]);
    }

    boolean is(String word) {
      return List.of(setting.split(" ")).contains(word);
    }
  }

  private final Yards yards = PlainWiring.wire().get(Yards.class);

  @TestFactory
  Stream<DynamicTest> everyWorkedCase() throws IOException {
    List<Case> cases = new ArrayList<>();
    for (String row : Files.readAllLines(DOCUMENT)) {
      String[] cells = row.split("\\|");
      if (cells.length == 8 && cells[1].strip().matches("\\d+")) {
        List<String> c = Arrays.stream(cells).map(String::strip).toList();
        cases.add(new Case(c.get(1), c.get(2), c.get(3), c.get(4), c.get(5), c.get(6)));
      }
    }
    assertTrue(cases.size() >= AT_LEAST, "only " + cases.size() + " worked cases");
    return cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.number() + ": " + c.steps(), () -> run(c)));
  }

  private void run(Case worked) {
    DrawnBoard board = new DrawnBoard();
    board.codecHasPool = false;
    board.scalerTranslated = false;
    board.codecCoherent = worked.is("coherent");
    board.architecture = worked.is("arm") ? Architecture.ARM : Architecture.ARM64;
    YardOptions options = YardOptions.fidelity(board.kernel);
    try (Yard yard = yards.open(board.spec(), options)) {
      yard.call(
          state -> {
            new Play(state, worked).run();
            return null;
          });
    }
  }

  /** One row on one yard. */
  private static final class Play {
    private final YardState yard;
    private final Case worked;
    private final Allocation buffer;
    private final long phys;
    private byte[] read = {};
    private String reader = "";

    Play(YardState yard, Case worked) {
      this.yard = yard;
      this.worked = worked;
      DmaDevice x = yard.device(DrawnBoard.CODEC);
      boolean coherent = worked.is("coherent") || worked.is("uncached");
      this.buffer =
          (coherent
                  ? yard.dma().allocAttrs(x, PageRef.SIZE, Gfp.KERNEL, DmaAttrs.NONE)
                  : yard.dma()
                      .allocNoncontiguous(
                          x, PageRef.SIZE, DmaDirection.BIDIRECTIONAL, Gfp.KERNEL, DmaAttrs.NONE))
              .orElseThrow();
      this.phys = buffer.physAt(0);
    }

    void run() {
      yard.events().record(true);
      long last = 0;
      for (String step : worked.steps().split(";")) {
        last = yard.events().mark();
        step(List.of(step.strip().split(" ")));
      }
      assertArrayEquals(expected(), read, "read " + HexFormat.of().formatHex(read));
      assertEquals(
          worked.line().toUpperCase(Locale.ROOT), yard.cache().line(phys).name(), "line");
      assertEquals(worked.verdict(), verdict(yard.events().since(last)));
    }

    private byte[] expected() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (String part : worked.read().split(" ")) {
        String[] valueAndCount = part.split("×");
        byte value = (byte) Integer.parseInt(valueAndCount[0], 16);
        for (int i = 0; i < Integer.parseInt(valueAndCount[1]); i++) {
          bytes.write(value);
        }
      }
      return bytes.toByteArray();
    }

    private String verdict(List<DmaEvent> events) {
      boolean stale =
          events.stream()
              .anyMatch(e -> e instanceof DmaEvent.StaleRead s && s.element().equals(reader));
      Optional<String> hazard =
          events.stream()
              .filter(DmaEvent.HazardRaised.class::isInstance)
              .map(e -> ((DmaEvent.HazardRaised) e).rule().id())
              .findFirst();
      return stale ? "STALE" : "SHARED" + hazard.map(h -> ", hazard " + h).orElse("");
    }

    private void step(List<String> words) {
      boolean skip = words.getLast().equals("skip");
      boolean forY = words.contains("Y");
      DmaDevice device = yard.device(forY ? DrawnBoard.SCALER : DrawnBoard.CODEC);
      DmaAttrs attrs = skip ? DmaAttrs.of(DmaAttr.SKIP_CPU_SYNC) : DmaAttrs.NONE;
      String argument = words.get(words.size() - (skip ? 2 : 1));
      switch (words.getFirst()) {
        case "cpu", "linear", "neighbour" -> core(words);
        case "X", "Y" -> device(device, words);
        case "map" -> {
          PageRef page = new PageRef(phys >>> PageRef.SHIFT, yard.memory().backing(phys));
          long dma =
              yard.dma().mapPage(device, page, 0, worked.bytes(), direction(argument), attrs);
          assertEquals(phys, dma);
        }
        case "unmap" ->
            yard.dma().unmap(device, phys, worked.bytes(), direction(argument), attrs);
        case "sync" ->
            yard.dma()
                .syncSingle(
                    device,
                    phys,
                    worked.bytes(),
                    direction(argument),
                    words.get(1).equals("for-device"));
        default -> throw new IllegalArgumentException("no step " + words);
      }
    }

    private static DmaDirection direction(String word) {
      return DmaDirection.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private void core(List<String> words) {
      CpuMapping mapping = yard.dma().cpuMapping(buffer).orElseThrow();
      boolean next = words.getFirst().equals("neighbour");
      int at = next ? NEIGHBOUR : 0;
      int length = next ? 32 : worked.bytes();
      if (words.get(1).equals("writes")) {
        mapping.write(at, bytes(words.getLast(), length), 0, length);
        return;
      }
      read = new byte[length];
      reader = DmaEvent.StaleRead.CPU;
      if (words.getFirst().equals("linear")) {
        yard.cache().read(phys + at, Pgprot.CACHED, read, 0, length);
      } else {
        mapping.read(at, read, 0, length);
      }
    }

    private void device(DmaDevice device, List<String> words) {
      if (words.get(1).equals("writes")) {
        int length = worked.bytes() / (words.contains("half") ? 2 : 1);
        byte[] bytes = bytes(words.getLast(), length);
        assertEquals(Optional.empty(), yard.bus(device).write(phys, bytes, 0, length));
        return;
      }
      read = new byte[worked.bytes()];
      reader = device.id();
      assertEquals(Optional.empty(), yard.bus(device).read(phys, read, 0, read.length));
    }

    private static byte[] bytes(String value, int length) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) Integer.parseInt(value, 16));
      return bytes;
    }
  }
}
