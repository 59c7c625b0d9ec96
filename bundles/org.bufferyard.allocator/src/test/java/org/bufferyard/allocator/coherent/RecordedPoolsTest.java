package org.bufferyard.allocator.coherent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.contract.PlainAllocatorContext;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/** The same addresses as recorded kernels, in order. */
final class RecordedPoolsTest {

  private final List<String> differences = new ArrayList<>();
  private final Map<String, PhysRange> live = new HashMap<>();
  private String name = "";
  private Allocator pool;
  private int pools;

  @Test
  void agreesWithRecordedKernels() throws Exception {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    RecordedPoolsTest.class.getResourceAsStream("recorded-pools.txt.gz")),
                StandardCharsets.US_ASCII))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        step(line.split(" "));
      }
    }
    assertTrue(pools >= 370, pools + " pools");
    assertEquals(List.of(), differences);
  }

  private void step(String[] words) throws Exception {
    switch (words[0]) {
      case "#" -> {}
      case "pool" -> {
        name = words[1];
        pool = open(Long.parseLong(words[2], 16), Long.parseLong(words[3]));
        pools++;
        live.clear();
      }
      case "free" -> {
        PhysRange range = live.remove(words[1]);
        if (range != null) {
          pool.free(range.base(), range.size());
        }
      }
      default -> allocate(words);
    }
  }

  private void allocate(String[] words) {
    AllocationRequest request = AllocationRequest.pages(Long.parseLong(words[2]));
    long base = pool.allocate(request);
    String answer = base == Allocator.NO_MEMORY ? "none" : Long.toHexString(base);
    if (!answer.equals(words[3])) {
      differences.add(name + " " + String.join(" ", words) + ": " + answer);
    }
    if (base != Allocator.NO_MEMORY) {
      live.put(words[1], new PhysRange(base, request.sizeBytes()));
    }
  }

  private static Allocator open(long base, long pages) throws Exception {
    return new CoherentPoolKind()
        .open(
            new AllocatorSpec(
                "pool", "coherent-pool", List.of(new PhysRange(base, pages << 12)), Map.of()),
            PlainAllocatorContext.of(List.of()));
  }
}
