package org.bufferyard.check.dmadebug;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.bufferyard.check.Stream;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.junit.jupiter.api.Test;

class CapacityTest {
  /** dma-debug with room for two entries. */
  private static final class Small implements CheckRule {
    @Override
    public Finding.Family family() {
      return Finding.Family.DMA_DEBUG;
    }

    @Override
    public Watch open(CheckSite site) {
      return new DebugWatch(site, 2);
    }
  }

  @Test
  void withoutMemoryForEntriesItSaysSoOnceAndIsSilent() {
    Stream stream = Stream.of(new Small());
    for (int i = 0; i < 4; i++) {
      stream.see(Stream.map("cam", 0x1000L * i, 4096, Stream.TO));
    }
    stream.see(Stream.unmap("cam", 0x7_0000, 4096, Stream.TO));
    assertEquals(
        List.of("DMA-API: debugging out of memory - disabling"),
        stream.found().stream().map(Finding::text).toList());
    assertEquals("I24", stream.found().getFirst().rule().id());
  }
}
