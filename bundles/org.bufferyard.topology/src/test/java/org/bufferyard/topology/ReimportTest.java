package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardImport;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.platform.draft.DraftImporter;
import org.bufferyard.platform.draft.DraftMemory.Bank;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.draft.DraftNode.IommuLink;
import org.bufferyard.platform.draft.DraftNode.Window;
import org.bufferyard.platform.draft.ImportReport;
import org.bufferyard.platform.draft.ImportedBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.util.EcoreUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second import brings what is new and leaves alone what was edited. */
class ReimportTest {
  private static final ModelPackages PACKAGES = DraftConverterTest.PACKAGES;
  private static final List<Window> WINDOWS =
      List.of(new Window(0xc000_0000L, 0x8000_0000L, 0x4000_0000L, 0));
  private static final List<IommuLink> LINK = List.of(new IommuLink("/mmu@1", List.of(7)));

  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void target() {
    target = folder.resolve("board.topology");
  }

  private BoardImport importing(DraftNode... nodes) {
    return importing(List.of(DraftConverterTest.bank(0x8000_0000L, 0x4000_0000L)), nodes);
  }

  private BoardImport importing(List<Bank> banks, DraftNode... nodes) {
    BoardDraft draft =
        DraftConverterTest.draft(
            banks,
            List.of(
                DraftConverterTest.region(
                    "pool", OptionalLong.of(0x9000_0000L), 0x10_0000, false)),
            nodes);
    ImportReport report = new ImportReport(Map.of(), Map.of(), List.of(), List.of(), List.of());
    DraftImporter importer =
        new DraftImporter() {
          @Override
          public boolean reads(Path file) {
            return true;
          }

          @Override
          public ImportedBoard read(Path file, List<Path> overlays, List<PhysRange> ram) {
            return new ImportedBoard(draft, report);
          }
        };
    return new ImportDesk(PACKAGES, importer)
        .write(folder.resolve("x.dtb"), List.of(), List.of(), target);
  }

  private BoardImport first() {
    return importing(
        DraftConverterTest.iommu("/mmu@1", false),
        DraftConverterTest.bus(
            "/soc",
            WINDOWS,
            DraftConverterTest.device("/soc/codec@3", LINK, "/reserved-memory/pool"),
            DraftConverterTest.device("/soc/vop@4", LINK)));
  }

  private void edit(Consumer<Topology> change) {
    try (OpenBoardFile open = OpenBoardFile.open(target, PACKAGES)) {
      open.edit(change);
      open.save();
    }
  }

  private static <C extends Component> C find(Class<C> type, Topology board, String id) {
    C[] found = (C[]) java.lang.reflect.Array.newInstance(type, 1);
    board
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (type.isInstance(e) && Elements.id(e).equals(id)) {
                found[0] = type.cast(e);
              }
            });
    return found[0];
  }

  private PlatformSpec compiled() throws IOException {
    return BoardReading.of(Files.readAllBytes(target), "t", List.of(), PACKAGES).orThrow("t");
  }

  @Test
  void theSameImportAgainChangesNothing() throws IOException {
    first();
    byte[] before = Files.readAllBytes(target);
    BoardImport again = first();
    assertEquals(List.of(), again.changes());
    assertEquals(new String(before), Files.readString(target));
  }

  @Test
  void editsStayAndNewsArrive() throws IOException {
    first();
    edit(
        board -> {
          Device codec = find(Device.class, board, "soc/codec@3");
          codec.setOps("vb2-contig");
          codec.setDescription("mine");
          find(Device.class, board, "soc/vop@4").getIommus().clear();
        });
    BoardImport again =
        importing(
            DraftConverterTest.iommu("/mmu@1", false),
            DraftConverterTest.iommu("/mmu@2", false),
            DraftConverterTest.bus(
                "/soc",
                List.of(new Window(0, 0x8000_0000L, 0x4000_0000L, 0)),
                DraftConverterTest.device(
                    "/soc/codec@3", List.of(new IommuLink("/mmu@2", List.of(9)))),
                DraftConverterTest.device("/soc/isp@5", LINK),
                DraftConverterTest.device("/soc/vop@4", LINK)));
    assertEquals(
        List.of(
            "added Iommu /mmu@2",
            "changed Bus /soc: dmaRanges",
            "changed Device /soc/codec@3: iommus",
            "changed Device /soc/codec@3: memoryRegions",
            "added Device /soc/isp@5"),
        again.changes());
    PlatformSpec board = compiled();
    assertEquals("mmu@2", board.device("soc/codec@3").orElseThrow().streams().getFirst().iommu());
    assertEquals("vb2-contig", board.device("soc/codec@3").orElseThrow().ops().orElseThrow());
    assertEquals(List.of(), board.device("soc/vop@4").orElseThrow().streams(), "the edit stays");
    assertEquals("mmu@1", board.device("soc/isp@5").orElseThrow().streams().getFirst().iommu());
    assertEquals(
        List.of("soc/codec@3", "soc/isp@5", "soc/vop@4"),
        board.devices().stream().map(d -> d.id()).toList(),
        "new elements stand where the file has them");
  }

  @Test
  void whatBothChangedStaysAsEditedAndIsSaid() throws IOException {
    first();
    edit(b -> find(Device.class, b, "soc/vop@4").getIommus().clear());
    BoardImport again =
        importing(
            DraftConverterTest.iommu("/mmu@1", false),
            DraftConverterTest.bus(
                "/soc",
                WINDOWS,
                DraftConverterTest.device("/soc/codec@3", LINK, "/reserved-memory/pool"),
                DraftConverterTest.device(
                    "/soc/vop@4", List.of(new IommuLink("/mmu@1", List.of(8))))));
    assertEquals(
        List.of("kept Device /soc/vop@4: iommus was edited, the new file has another"),
        again.changes());
    assertEquals(List.of(), compiled().device("soc/vop@4").orElseThrow().streams());
  }

  @Test
  void whatWasDrawnOrRemovedByHandStaysSo() throws IOException {
    first();
    edit(
        board -> {
          EcoreUtil.remove(find(Device.class, board, "soc/vop@4"));
          Device own = BoardFactory.eINSTANCE.createDevice();
          own.setName("own");
          own.setModel("test,own");
          find(Bus.class, board, "soc").getComponents().add(own);
        });
    BoardImport again = first();
    assertEquals(List.of("left out Device /soc/vop@4: it was removed by hand"), again.changes());
    assertTrue(compiled().device("soc/own").isPresent());
    assertFalse(compiled().device("soc/vop@4").isPresent());
  }

  @Test
  void whatTheNewFileLacksGoesUnlessItWasEdited() throws IOException {
    first();
    edit(b -> find(Device.class, b, "soc/vop@4").setDescription("mine"));
    BoardImport again = importing(DraftConverterTest.bus("/soc", WINDOWS));
    assertEquals(
        List.of(
            "kept Device /soc/vop@4: the new file does not have it, but it was edited",
            "removed Device /soc/codec@3: the new file does not have it",
            "removed Iommu /mmu@1: the new file does not have it"),
        again.changes());
    assertEquals(
        List.of(), compiled().device("soc/vop@4").orElseThrow().streams(), "its link went too");
  }

  @Test
  void aRenamedElementIsStillTheSame() throws IOException {
    first();
    edit(b -> find(Device.class, b, "soc/codec@3").setName("mfc"));
    assertEquals(List.of(), first().changes());
    assertEquals("mfc", compiled().device("soc/codec@3").orElseThrow().name());
  }

  @Test
  void aBoardWithoutRamGetsItFromTheNextImport() {
    DraftNode codec = DraftConverterTest.device("/soc/codec@3", List.of());
    BoardImport first = importing(List.of(), codec);
    assertTrue(first.warnings().stream().anyMatch(p -> p.contains("no RAM")), first::toString);
    BoardImport second = importing(codec);
    assertEquals(List.of(), second.warnings());
    assertFalse(second.changes().isEmpty());
  }

  @Test
  void aFileThatMayNotBeSavedTakesNoImport() throws IOException {
    first();
    Files.writeString(
        target, Files.readString(target).replaceFirst("<components", "<!-- x --><components"));
    String before = Files.readString(target);
    String line = assertThrows(BadInputException.class, this::first).getMessage();
    assertTrue(line.contains("takes no second import, it is read-only: the comment"), line);
    assertEquals(before, Files.readString(target));
  }

  @Test
  void onlyBoardFilesAreWritten() {
    target = folder.resolve("board.txt");
    assertThrows(BadInputException.class, this::first);
    assertFalse(Files.exists(target));
  }
}
