package org.bufferyard.importer.devicetree;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.address.AddressTranslation;
import org.bufferyard.importer.devicetree.address.DmaMaps;
import org.bufferyard.importer.devicetree.address.DmaParents;
import org.bufferyard.importer.devicetree.address.DmaWindows;
import org.bufferyard.importer.devicetree.draft.Architectures;
import org.bufferyard.importer.devicetree.draft.BoardCounts;
import org.bufferyard.importer.devicetree.draft.DraftBuilder;
import org.bufferyard.importer.devicetree.draft.MemoryDraft;
import org.bufferyard.importer.devicetree.draft.NodeNames;
import org.bufferyard.importer.devicetree.draft.Notes;
import org.bufferyard.importer.devicetree.tree.Blob;
import org.bufferyard.importer.devicetree.tree.BlobReader;
import org.bufferyard.importer.devicetree.tree.BlobReader.OverlayFile;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.Effort;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.platform.draft.DraftImporter;
import org.bufferyard.platform.draft.DraftMemory;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.draft.ImportReport;
import org.bufferyard.platform.draft.ImportedBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Reads devicetree blobs with overlays on them, and sources where {@code dtc} is installed.
 * Stateless, safe for any thread.
 */
@Component
public final class DevicetreeImporter implements DraftImporter {
  private static final long LAST_BELOW_4G = 0xffff_ffffL;

  private final SourceCompiler compiler;

  @Activate
  public DevicetreeImporter() {
    this(SourceCompiler.ofEnvironment());
  }

  DevicetreeImporter(SourceCompiler compiler) {
    this.compiler = compiler;
  }

  @Override
  public boolean reads(Path file) {
    String name = name(file).toLowerCase(Locale.ROOT);
    return name.endsWith(".dtb") || name.endsWith(".dtbo") || isSource(name)
        || startsLikeBlob(file);
  }

  private static boolean isSource(String name) {
    return name.endsWith(".dts") || name.endsWith(".dtso");
  }

  private static boolean startsLikeBlob(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(4);
      return head.length == 4
          && (head[0] & 0xff) == 0xd0
          && head[1] == 0x0d
          && (head[2] & 0xff) == 0xfe
          && (head[3] & 0xff) == 0xed;
    } catch (IOException e) {
      return false; // whoever opens it next says why
    }
  }

  static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  @Override
  public ImportedBoard read(Path file, List<Path> overlays, List<PhysRange> ram) {
    SourceCompiler.Compiled base = blob(file);
    List<OverlayFile> laid =
        overlays.stream().map(o -> new OverlayFile(blob(o).blob(), name(o))).toList();
    return read(base, name(file), laid, ram);
  }

  /** The bytes of a blob, or of what a source compiles to. */
  private SourceCompiler.Compiled blob(Path file) {
    if (!isSource(name(file).toLowerCase(Locale.ROOT))) {
      return new SourceCompiler.Compiled(bytes(file), Map.of());
    }
    if (!Files.isRegularFile(file)) {
      throw new BadInputException("no such file", file.toString(), "give a .dts or .dtb file");
    }
    return compiler.compile(file);
  }

  static byte[] bytes(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      // One byte more than may be: the reader complains about the size.
      return in.readNBytes(Blob.MOST_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new BadInputException("no such file", file.toString(), "give a .dtb file");
    } catch (AccessDeniedException e) {
      throw new BadInputException("may not be read", file.toString(), "change its permissions");
    } catch (IOException e) {
      throw new BadInputException("cannot be read: " + e.getMessage(), file.toString(), "");
    }
  }

  /** A blob in memory to a draft and its report. */
  static ImportedBoard read(byte[] bytes, String file, List<PhysRange> ram) {
    return read(bytes, file, List.of(), ram);
  }

  static ImportedBoard read(
      byte[] bytes, String file, List<OverlayFile> overlays, List<PhysRange> ram) {
    return read(new SourceCompiler.Compiled(bytes, Map.of()), file, overlays, ram);
  }

  private static ImportedBoard read(
      SourceCompiler.Compiled base, String file, List<OverlayFile> overlays, List<PhysRange> ram) {
    DeviceTree tree = BlobReader.read(base.blob(), file, overlays);
    Effort effort = new Effort(file);
    DmaParents parents = new DmaParents(tree);
    DmaWindows windows = new DmaWindows(parents, effort);
    Notes notes = new Notes();
    NodeNames names = new NodeNames(tree, base.places());
    Architecture architecture = Architectures.of(tree, notes);
    DraftMemory memory = new MemoryDraft(tree, names, notes).draft(ram);
    List<DraftNode> nodes =
        new DraftBuilder(tree, parents, windows, effort, names, banks(memory), notes).nodes();
    BoardDraft draft =
        new BoardDraft(
            title(tree),
            tree.root().compatible(),
            names.provenance(tree.root()),
            architecture,
            zoneDmaLimit(tree, windows),
            memory,
            nodes);
    Map<String, Object> counts =
        BoardCounts.of(tree, base.blob().length, AddressTranslation.ofDma(parents, effort));
    tree.overlays().forEach(text -> notes.understood(tree.root(), text));
    tree.doubtful().forEach(text -> notes.ignored(tree.root(), text));
    return new ImportedBoard(
        draft,
        new ImportReport(
            counts, DmaMaps.of(tree, windows), notes.understood, notes.ignored, notes.guessed));
  }

  private static List<PhysRange> banks(DraftMemory memory) {
    return memory.banks().stream()
        .filter(b -> b.size() > 0)
        .map(b -> new PhysRange(b.base(), b.size()))
        .toList();
  }

  private static String title(DeviceTree tree) {
    return tree.root()
        .property("model")
        .flatMap(p -> p.texts().stream().findFirst())
        .filter(model -> !model.isBlank())
        .or(() -> tree.root().compatible().stream().findFirst())
        .orElse(tree.file());
  }

  /** {@code arch/arm64/mm/init.c: zone_sizes_init()}: at most 4 GiB. */
  private static long zoneDmaLimit(DeviceTree tree, DmaWindows windows) {
    long lowest = windows.lowestEnd(tree.root());
    return Long.compareUnsigned(lowest, LAST_BELOW_4G) < 0 ? lowest : LAST_BELOW_4G;
  }
}
