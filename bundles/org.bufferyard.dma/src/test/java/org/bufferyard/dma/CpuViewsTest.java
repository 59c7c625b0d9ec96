package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.Pgprot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuViewsTest {
  private final TestYard yard = new TestYard();

  private Allocation alloc(TestDevice device, long size, DmaAttr... attrs) {
    return yard.dma().allocAttrs(device, size, Gfp.KERNEL, DmaAttrs.of(attrs)).orElseThrow();
  }

  @Test
  void mmapOfPoolMemoryWorksWithoutPages() {
    TestDevice p0 = yard.withPool0("p0");
    Allocation a = alloc(p0, 8192);
    CpuMapping user = yard.dma().mmap(p0, a, 1, 4096).mapping().orElseThrow();
    user.write(0, new byte[] {42}, 0, 1);
    assertEquals(42, yard.bytes(0x7000_1000L, 1)[0]);
    byte[] seen = new byte[1];
    yard.dma().cpuMapping(a).orElseThrow().read(4096, seen, 0, 1);
    assertEquals(42, seen[0]);
    assertEquals(List.of(), yard.badPages);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 8192, 0", "0, 8193, -6", "1, 4096, 0", "1, 4097, -6", "2, 1, -6",
    "9223372036854775807, 1, -6", "-1, 1, -6", "0, 9223372036854775807, -6",
  })
  void mmapOutsideTheBufferIsEnxio(long offset, long size, int rc) {
    TestDevice a = yard.device("a");
    assertEquals(rc, yard.dma().mmap(a, alloc(a, 5000), offset, size).rc());
    TestDevice p0 = yard.withPool0("p0");
    assertEquals(rc, yard.dma().mmap(p0, alloc(p0, 5000), offset, size).rc());
  }

  @Test
  void aViewCrossesRuns() {
    TestDevice s = yard.device("s");
    yard.translate(s);
    yard.hints.addAll(List.of(0x1_0300_0000L, 0x1_0500_0000L, 0x1_0700_0000L));
    Allocation a = alloc(s, 12288);
    byte[] data = new byte[5000];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) i;
    }
    CpuMapping view = yard.dma().cpuMapping(a).orElseThrow();
    view.write(4000, data, 0, data.length);
    byte[] back = new byte[5000];
    view.read(4000, back, 0, back.length);
    assertArrayEquals(data, back);
    assertEquals(data[96], yard.bytes(0x1_0500_0000L, 1)[0]);
    assertThrows(IndexOutOfBoundsException.class, () -> view.read(12288, back, 0, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> view.read(-1, back, 0, 1));
  }

  @Test
  void protectionFollowsCoherencyAndAttributes() {
    TestDevice n = yard.device("n").incoherent();
    assertEquals(
        Pgprot.DMA_COHERENT, yard.dma().cpuMapping(alloc(n, 4096)).orElseThrow().pgprot());
    assertEquals(
        Pgprot.WRITE_COMBINE,
        yard.dma().cpuMapping(alloc(n, 4096, DmaAttr.WRITE_COMBINE)).orElseThrow().pgprot());
    assertEquals(
        Pgprot.CACHED,
        yard.dma().cpuMapping(alloc(yard.device("c"), 4096)).orElseThrow().pgprot());
    TestDevice p0 = yard.withPool0("p0");
    assertEquals(
        Pgprot.WRITE_COMBINE, yard.dma().cpuMapping(alloc(p0, 4096)).orElseThrow().pgprot());
  }

  @Test
  void whoCanMmap() {
    assertTrue(yard.dma().canMmap(yard.device("c")));
    assertTrue(yard.dma().canMmap(yard.device("n").incoherent()), "CONFIG_DMA_NONCOHERENT_MMAP");
  }

  @Test
  void aSilentYardBuildsNoEvents() {
    TestYard quiet = new TestYard();
    quiet.silent = true;
    TestDevice p0 = quiet.withPool0("p0");
    TestDevice s = quiet.device("s").incoherent();
    quiet.translate(s);
    TestDevice narrow = quiet.device("narrow");
    Allocation a =
        quiet.dma().allocAttrs(p0, 4096, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
    quiet.dma().getSgtable(p0, a, 4096);
    quiet.dma().coherentRemap(p0, a, s, DmaDirection.TO_DEVICE);
    quiet.dma().coherentRemap(p0, a, narrow, DmaDirection.TO_DEVICE);
    long bounced =
        quiet.dma().mapPhys(narrow, 0x1_0300_0000L, 64, DmaDirection.TO_DEVICE, DmaAttrs.NONE);
    quiet.dma().unmap(narrow, bounced, 64, DmaDirection.TO_DEVICE, DmaAttrs.NONE);
    quiet.dma().unmap(narrow, bounced, 64, DmaDirection.TO_DEVICE, DmaAttrs.NONE);
    quiet.dma().mapPhys(narrow, 0x1_0300_0000L, 1 << 20, DmaDirection.TO_DEVICE, DmaAttrs.NONE);
    quiet.dma().free(a);
    assertFalse(quiet.recorded.all().iterator().hasNext());
  }
}
