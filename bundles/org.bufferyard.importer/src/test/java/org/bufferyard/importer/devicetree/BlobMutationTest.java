package org.bufferyard.importer.devicetree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bufferyard.api.contract.LongReport;
import org.bufferyard.importer.devicetree.tree.Blob;
import org.bufferyard.importer.devicetree.tree.BlobReader.OverlayFile;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Broken blobs give a board or one line, and never anything else. {@code -Dbufferyard.mutations=N}
 * asks for more of them, {@code -Dbufferyard.seed=N} for others, {@code -Dbufferyard.blobs=DIR} for
 * some of real blobs too.
 */
class BlobMutationTest {
  private static final int MUTATIONS = Integer.getInteger("bufferyard.mutations", 20_000);
  private static final long SEED = Long.getLong("bufferyard.seed", 20_170_426L);
  private static final int PER_BOARD = 100;

  /** A folder with real blobs somewhere below it, and how many of them are enough. */
  private static final String BLOBS = "bufferyard.blobs";
  private static final int REAL_BOARDS = 100;
  private static final int[] TELLING = {
    0, 1, 2, 3, 4, 9, -1, 0x7fff_ffff, 0x8000_0000, 0x1000_0000, 64, 0xff, 0xffff
  };

  private final SplittableRandom random;
  private final long start = System.nanoTime();
  private int boards;
  private int complaints;
  private long slowestNanos;

  BlobMutationTest() {
    System.out.println("seed " + SEED);
    random = new SplittableRandom(SEED);
  }

  @Test
  @Timeout(value = 3600, unit = TimeUnit.SECONDS)
  void mutatedBoardsGiveABoardOrOneLine() {
    for (int done = 0; done < MUTATIONS; done += PER_BOARD) {
      byte[] whole = RandomBoard.of(random).blob(random.nextInt(4) == 0 ? 3 : 17);
      offer(whole);
      for (int i = 0; i < PER_BOARD; i++) {
        offer(mutated(whole));
      }
    }
    report("generated", "Broken blobs of generated boards");
    // Both must come up, or the mutations are too wild or too tame to test anything.
    assertTrue(boards > MUTATIONS / 100, "boards: " + boards);
    assertTrue(complaints > MUTATIONS / 100, "complaints: " + complaints);
  }

  private void report(String name, String title) {
    LongReport.write(
        "mutations-" + name,
        title,
        """
        %,d blobs, all but one in a hundred with one to three mutations, seed %d:
        %,d gave a board, %,d one line that says what is wrong, and none anything else.
        %,d ms altogether, %,d ms at most for one.
        """
            .formatted(
                boards + complaints,
                SEED,
                boards,
                complaints,
                (System.nanoTime() - start) / 1_000_000,
                slowestNanos / 1_000_000));
  }

  @Test
  @Timeout(value = 3600, unit = TimeUnit.SECONDS)
  void mutatedOverlaysGiveABoardOrOneLine() {
    for (int done = 0; done < MUTATIONS / 4; done += PER_BOARD) {
      byte[] base = RandomBoard.of(random).blob();
      byte[] whole = RandomBoard.overlay(random).blob();
      offer(base, List.of(new OverlayFile(whole, "m.dtbo")));
      for (int i = 0; i < PER_BOARD; i++) {
        offer(
            base,
            List.of(new OverlayFile(whole, "m.dtbo"), new OverlayFile(mutated(whole), "m.dtbo")));
      }
    }
    report("overlays", "Broken overlays of generated boards");
    assertTrue(boards > MUTATIONS / 400, "boards: " + boards);
    assertTrue(complaints > MUTATIONS / 400, "complaints: " + complaints);
  }

  @Test
  @Timeout(value = 3600, unit = TimeUnit.SECONDS)
  void noiseBehindAProperHeaderGivesOneLine() {
    for (int i = 0; i < MUTATIONS / 20; i++) {
      byte[] noise = new byte[200 + random.nextInt(400)];
      random.nextBytes(noise);
      ByteBuffer.wrap(noise)
          .putInt(Blob.MAGIC).putInt(noise.length).putInt(56).putInt(150).putInt(40)
          .putInt(17).putInt(16).putInt(0).putInt(noise.length - 150).putInt(90)
          .putLong(0).putLong(0);
      for (int at = 56; at + 4 <= 150; at += 4) {
        ByteBuffer.wrap(noise).putInt(at, TELLING[random.nextInt(6)]);
      }
      offer(noise);
    }
    assertTrue(complaints > 0);
  }

  @Test
  @Timeout(value = 3600, unit = TimeUnit.SECONDS)
  @EnabledIfSystemProperty(named = BLOBS, matches = ".+")
  void mutatedRealBoardsGiveABoardOrOneLine() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(Path.of(System.getProperty(BLOBS)))) {
      files = all.filter(f -> f.toString().endsWith(".dtb")).sorted().toList();
    }
    int step = Math.max(1, files.size() / REAL_BOARDS);
    for (int f = 0; f < files.size(); f += step) {
      byte[] whole = Files.readAllBytes(files.get(f));
      for (int i = 0; i < MUTATIONS / 10 / REAL_BOARDS; i++) {
        offer(mutated(whole));
      }
    }
    report("real", "Broken blobs of real boards");
    assertTrue(boards > 0 && complaints > 0);
  }

  private void offer(byte[] blob) {
    offer(blob, List.of());
  }

  private void offer(byte[] blob, List<OverlayFile> overlays) {
    long begin = System.nanoTime();
    try {
      DevicetreeImporter.read(blob, "m.dtb", overlays, List.of());
      boards++;
    } catch (BadInputException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().startsWith("m.dtb"), e.getMessage());
      complaints++;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      String hex =
          HexFormat.of().formatHex(blob)
              + String.join("", overlays.stream().map(o -> " + " + hex(o)).toList());
      fail("a mutated blob ended in " + e + ": " + hex, e);
    }
    slowestNanos = Math.max(slowestNanos, System.nanoTime() - begin);
  }

  private static String hex(OverlayFile overlay) {
    return HexFormat.of().formatHex(overlay.bytes());
  }

  private byte[] mutated(byte[] whole) {
    byte[] blob = whole.clone();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      blob = once(blob);
    }
    return blob;
  }

  private byte[] once(byte[] blob) {
    if (blob.length < 64) {
      return blob;
    }
    int cell = random.nextInt(blob.length / 4) * 4;
    switch (random.nextInt(7)) {
      case 0 -> blob[random.nextInt(blob.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> blob[random.nextInt(blob.length)] = (byte) random.nextInt();
      case 2, 3 -> ByteBuffer.wrap(blob).putInt(cell, TELLING[random.nextInt(TELLING.length)]);
      case 4 -> {
        int from = random.nextInt(blob.length / 4) * 4;
        int length = Math.min(4 * random.nextInt(16), blob.length - Math.max(from, cell));
        System.arraycopy(blob.clone(), from, blob, cell, length);
      }
      case 5 -> ByteBuffer.wrap(blob).putInt(4 * random.nextInt(10), number());
      default -> {
        return random.nextInt(4) == 0 ? Arrays.copyOf(blob, random.nextInt(blob.length)) : blob;
      }
    }
    return blob;
  }

  private int number() {
    return random.nextBoolean() ? TELLING[random.nextInt(TELLING.length)] : random.nextInt(4096);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void chainedWindowsAreGivenUpInBoundedTime() {
    int[] windows = new int[3 * 256];
    for (int i = 0; i < 256; i++) {
      windows[3 * i] = i;
      windows[3 * i + 1] = i;
      windows[3 * i + 2] = 1;
    }
    TreeWriter root = TreeWriter.root().text("compatible", "test,board").cells32();
    nest(root, windows, 50);
    String line = "";
    try {
      DevicetreeImporter.read(root.blob(), "m.dtb", List.of());
    } catch (BadInputException e) {
      line = e.getMessage();
    }
    assertTrue(line.contains("chained too deeply"), line);
  }

  private static void nest(TreeWriter parent, int[] windows, int levels) {
    parent.node(
        "bus",
        bus -> {
          bus.text("compatible", "simple-bus").cells32().cells("dma-ranges", windows);
          if (levels > 0) {
            nest(bus, windows, levels - 1);
          } else {
            List<Integer> ends = new ArrayList<>(List.of(1));
            for (int i = 0; i < 30; i++) {
              int[] last = new int[3 * 4096];
              Arrays.fill(last, 255);
              bus.node(
                  "leaf" + i + ends.size(),
                  leaf ->
                      leaf.cells32().cells("dma-ranges", last)
                          .node("dev", d -> d.text("compatible", "test,dev").flag("dma-coherent")));
            }
          }
        });
  }
}
