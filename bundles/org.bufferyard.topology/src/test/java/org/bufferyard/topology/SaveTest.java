package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Iommu;
import org.bufferyard.topology.model.board.IommuLink;
import org.eclipse.emf.ecore.EClass;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A save replaces the file whole, or leaves it as it was and says why. */
class SaveTest {
  @TempDir Path folder;
  private Path file;
  private final ModelPackages packages = new ModelPackages();

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("npu.topology"), TestModels.npuBoard());
    packages.add(TestModels.npu(), TestModels.NPU);
  }

  private String message(Runnable action) {
    return assertThrows(BadInputException.class, action::run).getMessage();
  }

  @Test
  void anUnchangedFileIsNotTouched() throws IOException {
    FileTime long_ago = FileTime.fromMillis(0);
    Files.setLastModifiedTime(file, long_ago);
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      open.save();
    }
    assertEquals(long_ago, Files.getLastModifiedTime(file));
  }

  @Test
  void anExplicitDefaultSurvives() throws IOException {
    String text = TestModels.npuBoard().replace("name=\"npu-board\"", "name=\"x\"");
    assertTrue(text.contains("dmaMaskBits=\"32\"") && text.contains("cores=\"4\""));
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      open.edit(b -> b.setName("x"));
      open.save();
    }
    assertEquals(text, Files.readString(file));
  }

  @Test
  void aNewElementGetsItsIdFromItsPathOnALineOfItsOwn() throws IOException {
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      open.edit(
          board -> {
            Bus soc = (Bus) board.getComponents().get(1);
            EClass type =
                (EClass)
                    packages
                        .find("http://example.org/device/npu/1.0")
                        .orElseThrow()
                        .ePackage()
                        .getEClassifier("NpuDevice");
            Device second = (Device) type.getEPackage().getEFactoryInstance().create(type);
            second.setName("npu2");
            second.setModel("example,npu");
            IommuLink link = BoardFactory.eINSTANCE.createIommuLink();
            link.setIommu((Iommu) soc.getComponents().getFirst());
            link.setSpecifier(List.of(5));
            second.getIommus().add(link);
            soc.getComponents().add(1, second);
          });
      assertEquals(List.of(), open.state().errors());
      open.save();
    }
    String expected =
        TestModels.npuBoard()
            .replace(
                "    <components xsi:type=\"topology:Device\" id=\"soc/gpu\"",
                """
                <components xsi:type="npu:NpuDevice" id="soc/npu2" name="npu2" model="example,npu">
                  <iommus iommu="soc/mmu" specifier="0x5"/>
                </components>
                <components xsi:type="topology:Device" id="soc/gpu\"\
                """
                    .indent(4)
                    .stripTrailing());
    assertEquals(expected, Files.readString(file));
  }

  @Test
  void whatIsRequiredFollowsWhatIsUsed() throws IOException {
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      open.edit(board -> ((Bus) board.getComponents().get(1)).getComponents().remove(2));
      open.save();
    }
    assertFalse(Files.readString(file).contains("example.org"), Files.readString(file));
  }

  @Test
  void aFileThatSomebodyElseChangedIsNotOverwritten() throws IOException {
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      open.edit(b -> b.setName("mine"));
      String theirs = TestModels.npuBoard().replace("npu-board\">", "theirs\">");
      Files.writeString(file, theirs);
      assertTrue(message(open::save).contains("changed on disk since it was opened"));
      assertEquals(theirs, Files.readString(file));
      assertTrue(open.state().unsaved());
      Files.delete(file);
      assertTrue(message(open::save).contains("vanished"));
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void nothingIsLeftBesideTheFileAndPermissionsStay() throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      open.edit(b -> b.setName("mine"));
      open.save();
    }
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.topology"), file);
    try (OpenBoardFile open = OpenBoardFile.open(link, packages)) {
      open.edit(b -> b.setName("mine"));
      open.save();
    }
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.readString(file).contains("name=\"mine\""));
  }

  @Test
  void commentsAreNotLost() throws IOException {
    Files.writeString(
        file, TestModels.npuBoard().replace("  <requires", "  <!-- why -->\n  <requires"));
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      assertEquals(List.of(), open.state().errors());
      assertEquals(
          Optional.of("the comment at line 3 would be lost; put it into a description"),
          open.state().readOnly());
      assertTrue(message(() -> open.edit(b -> b.setName("x"))).contains("comment at line 3"));
    }
  }

  @Test
  void aFileWithErrorsInItsValuesMayBeMended() throws IOException {
    Files.writeString(file, TestModels.npuBoard().replace("cores=\"4\"", "cores=\"99\""));
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      assertEquals(1, open.state().errors().size());
      assertEquals(Optional.empty(), open.state().spec());
      assertEquals(Optional.empty(), open.state().readOnly());
    }
  }

  @Test
  void aFileThatCannotBeReadWholeIsNotSaved() throws IOException {
    Files.writeString(
        file, TestModels.npuBoard().replace("iommu=\"soc/mmu\" specifier=\"0x3\"", "iommu=\"no\""));
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      assertEquals(1, open.state().errors().size());
      assertTrue(message(open::save).contains("would turn into losses"), message(open::save));
    }
  }
}
