package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.platform.yard.CpuCache.Line;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.junit.jupiter.api.Test;

/** One rule of the cache a test; the cases of docs/caches.md run on the whole engine elsewhere. */
class WriteBackCacheTest {
  private static final long AT = Bench.RAM.base() + 0x1fc0;
  private static final int SIZE = 192;

  private static void on(Yard.Task<?> task) {
    try (Yard yard = new Bench().device("dma").open()) {
      yard.call(
          state -> {
            state.events().record(true);
            return task.run(state);
          });
    }
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static void cpuWrites(YardState yard, int value) {
    yard.cache().write(AT, Pgprot.CACHED, filled(value), 0, SIZE);
  }

  private static byte[] cpuReads(YardState yard, Pgprot alias) {
    byte[] bytes = new byte[SIZE];
    yard.cache().read(AT, alias, bytes, 0, SIZE);
    return bytes;
  }

  private static byte[] inMemory(YardState yard) {
    byte[] bytes = new byte[SIZE];
    yard.memory().read(AT, bytes, 0, SIZE);
    return bytes;
  }

  private static List<DmaEvent.StaleRead> stale(YardState yard) {
    return yard.events().since(0).stream()
        .filter(DmaEvent.StaleRead.class::isInstance)
        .map(DmaEvent.StaleRead.class::cast)
        .toList();
  }

  private static boolean hazard(YardState yard, String rule) {
    return yard.events().since(0).stream()
        .anyMatch(e -> e instanceof DmaEvent.HazardRaised h && h.rule().id().equals(rule));
  }

  @Test
  void aStoreStaysInTheCacheUntilItIsCleaned() {
    on(
        yard -> {
          cpuWrites(yard, 0x22);
          assertEquals(Line.DIRTY, yard.cache().line(AT));
          assertArrayEquals(filled(0), inMemory(yard));
          yard.cache().clean(AT, SIZE);
          assertEquals(Line.CLEAN, yard.cache().line(AT));
          assertArrayEquals(filled(0x22), inMemory(yard));
          return null;
        });
  }

  @Test
  void aStaleReadNamesTheFirstByteAndAPageIsOneAccess() {
    on(
        yard -> {
          cpuWrites(yard, 0x22);
          yard.bus(yard.device("dma")).read(AT, new byte[SIZE], 0, SIZE);
          DmaEvent.StaleRead seen = stale(yard).getFirst();
          assertEquals("dma", seen.element());
          assertEquals(AT, seen.phys());
          assertEquals(64, seen.wrong());
          assertEquals(SIZE, stale(yard).stream().mapToLong(DmaEvent.StaleRead::wrong).sum());
          assertEquals("22 22 22 22 22 22 22 22", seen.expected());
          assertEquals("00 00 00 00 00 00 00 00", seen.actual());
          assertTrue(seen.why().contains("never cleaned"), seen.why());
          return null;
        });
  }

  @Test
  void aWholeLineIsDroppedAndAPartialOneIsCleanedFirst() {
    on(
        yard -> {
          cpuWrites(yard, 0x22);
          yard.cache().invalidate(AT, 96);
          byte[] memory = inMemory(yard);
          assertEquals(0, memory[0]);
          assertEquals(0x22, memory[64]);
          assertEquals(Line.NONE, yard.cache().line(AT));
          assertEquals(Line.NONE, yard.cache().line(AT + 64));
          assertEquals(Line.DIRTY, yard.cache().line(AT + 128));
          return null;
        });
  }

  @Test
  void anUncachedLoadSeesMemoryAndSaysSo() {
    on(
        yard -> {
          cpuWrites(yard, 0x22);
          assertArrayEquals(filled(0), cpuReads(yard, Pgprot.WRITE_COMBINE));
          assertEquals(DmaEvent.StaleRead.CPU, stale(yard).getFirst().element());
          return null;
        });
  }

  @Test
  void zeroingThroughTheCacheLeavesDirtyLines() {
    on(
        yard -> {
          yard.memory().write(AT, filled(0x77), 0, SIZE);
          yard.cache().zero(AT, Pgprot.CACHED, SIZE);
          assertArrayEquals(filled(0x77), inMemory(yard));
          assertArrayEquals(filled(0), cpuReads(yard, Pgprot.CACHED));
          yard.cache().zero(AT, Pgprot.DMA_COHERENT, SIZE);
          yard.cache().invalidate(AT & -64L, 256);
          assertArrayEquals(filled(0), cpuReads(yard, Pgprot.CACHED));
          return null;
        });
  }

  @Test
  void freedMemoryLeavesNothingBehind() {
    on(
        yard -> {
          cpuWrites(yard, 0x22);
          yard.cache().forget(AT, SIZE);
          assertEquals(Line.NONE, yard.cache().line(AT));
          assertArrayEquals(filled(0x22), inMemory(yard));
          yard.bus(yard.device("dma")).write(AT, filled(0x33), 0, SIZE);
          assertArrayEquals(filled(0x33), cpuReads(yard, Pgprot.CACHED));
          assertEquals(List.of(), stale(yard));
          return null;
        });
  }

  @Test
  void theLinearAliasOfUncachedMemoryIsAHazard() {
    on(
        yard -> {
          cpuWrites(yard, 0x22);
          yard.cache().uncachedAlias(AT, SIZE);
          assertArrayEquals(filled(0x22), cpuReads(yard, Pgprot.DMA_COHERENT));
          assertFalse(hazard(yard, "C1"));
          cpuReads(yard, Pgprot.CACHED);
          assertTrue(hazard(yard, "C1"));
          yard.cache().forget(AT, SIZE);
          long mark = yard.events().mark();
          cpuReads(yard, Pgprot.CACHED);
          assertEquals(List.of(), yard.events().since(mark));
          return null;
        });
  }

  @Test
  void aYardWithoutCachesHasNone() {
    Bench bench = new Bench().device("dma");
    try (Yard yard = bench.open(YardOptions.fidelity(KernelProfile.DEFAULT).withoutCaches())) {
      yard.call(
          state -> {
            cpuWrites(state, 0x22);
            assertEquals(Line.NONE, state.cache().line(AT));
            assertArrayEquals(filled(0x22), inMemory(state));
            return null;
          });
    }
  }

  /** Whatever happens: with a clean before and an invalidate after each use, nobody reads stale. */
  @Test
  void rightSyncsAreAlwaysRight() {
    long seed = System.nanoTime();
    System.out.println("WriteBackCacheTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    on(
        yard -> {
          byte[] truth = new byte[4096];
          long base = Bench.RAM.base();
          for (int i = 0; i < 2000; i++) {
            int at = random.nextInt(32) * 64;
            byte[] bytes = new byte[64 * (1 + random.nextInt(32))];
            random.nextBytes(bytes);
            boolean device = random.nextBoolean();
            if (random.nextBoolean()) {
              System.arraycopy(bytes, 0, truth, at, bytes.length);
              if (device) {
                yard.cache().clean(base + at, bytes.length);
                yard.bus(yard.device("dma")).write(base + at, bytes, 0, bytes.length);
                yard.cache().invalidate(base + at, bytes.length);
              } else {
                yard.cache().write(base + at, Pgprot.CACHED, bytes, 0, bytes.length);
              }
              continue;
            }
            if (device) {
              yard.cache().clean(base + at, bytes.length);
              yard.bus(yard.device("dma")).read(base + at, bytes, 0, bytes.length);
            } else {
              yard.cache().read(base + at, Pgprot.CACHED, bytes, 0, bytes.length);
            }
            assertArrayEquals(Arrays.copyOfRange(truth, at, at + bytes.length), bytes);
          }
          assertEquals(List.of(), stale(yard));
          assertFalse(hazard(yard, "C9"));
          return null;
        });
  }
}
