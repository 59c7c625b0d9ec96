package org.bufferyard.allocator.iova;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.contract.PlainIovaContext;
import org.bufferyard.api.contract.RecordedEvents;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.KernelVersion;
import org.junit.jupiter.api.Test;

/** The same answers as the kernel's own functions and as recorded kernels, in order. */
final class RecordedIovasTest {

  @Test
  void agreesWithTheKernelsFunctions() throws Exception {
    try (InputStream in = resource("golden-iovas.txt")) {
      assertEquals(List.of(), differences(in, 3));
    }
  }

  @Test
  void agreesWithRecordedKernels() throws Exception {
    try (InputStream in = new GZIPInputStream(resource("recorded-iovas.txt.gz"))) {
      assertEquals(List.of(), differences(in, 400));
    }
  }

  private static InputStream resource(String name) {
    return RecordedIovasTest.class.getResourceAsStream(name);
  }

  private static List<String> differences(InputStream in, int atLeast)
      throws IOException, AdoptionDeclinedException {
    List<String> differences = new ArrayList<>();
    Replay replay = null;
    int spaces = 0;
    var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "#" -> {}
        case "space" -> {
          replay = new Replay(words);
          spaces++;
        }
        default -> replay.step(words, differences);
      }
    }
    assertTrue(spaces >= atLeast, spaces + " spaces");
    return differences;
  }

  /** One space: what iommu_dma_alloc_iova() does with it. */
  private static final class Replay {
    private final String name;
    private final IovaAllocator iova;
    private final long aperture;
    private final Map<String, long[]> live = new HashMap<>();
    private boolean below4GiBFirst;

    Replay(String[] words) throws AdoptionDeclinedException {
      name = words[1];
      KernelVersion version = KernelVersion.parse(words[2]);
      KernelProfile kernel =
          KernelProfile.ALL.stream()
              .filter(profile -> profile.version().equals(version))
              .findFirst()
              .orElseThrow();
      below4GiBFirst = words[3].equals("1");
      aperture = Long.parseUnsignedLong(words[5], 16) >>> 12;
      iova =
          new IovaKind()
              .open(
                  new IovaSpec(name, 12, hex(words[4])),
                  new PlainIovaContext(kernel, new RecordedEvents(), List.of()));
    }

    void step(String[] words, List<String> differences) {
      switch (words[0]) {
        case "reserve" -> iova.reserve(hex(words[1]), hex(words[2]));
        case "free" -> {
          long[] range = live.remove(words[1]);
          if (range != null) {
            iova.free(range[0], range[1]);
          }
        }
        default -> {
          long pages = Long.parseLong(words[2]);
          long pfn = allocate(pages, Math.min(hex(words[3]), aperture));
          if (pfn != hex(words[4])) {
            differences.add(
                name + " " + String.join(" ", words) + ": 0x" + Long.toHexString(pfn));
          }
          if (pfn != IovaAllocator.NO_IOVA) {
            live.put(words[1], new long[] {pfn, pages});
          }
        }
      }
    }

    private long allocate(long pages, long limit) {
      if (below4GiBFirst && limit > 0xf_ffff) {
        long pfn = iova.allocate(pages, 0xf_ffff, false);
        if (pfn != IovaAllocator.NO_IOVA) {
          return pfn;
        }
        below4GiBFirst = false;
      }
      return iova.allocate(pages, limit, true);
    }

    private static long hex(String word) {
      return Long.parseLong(word, 16);
    }
  }
}
