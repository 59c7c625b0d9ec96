package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.bufferyard.topology.edit.BoardModel;
import org.bufferyard.topology.edit.Inspection;
import org.bufferyard.topology.edit.UnknownElement;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.Memory;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EPackage;
import org.eclipse.emf.ecore.util.EcoreUtil;
import org.junit.jupiter.api.Test;

final class ModelDeskTest {
  private final ModelPackages packages = new ModelPackages();
  private final ModelDesk desk = new ModelDesk(packages);

  private static byte[] npuBoard() {
    return TestModels.npuBoard().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aCopyIsWrittenAsTheOriginalEvenAfterItsPackageLeft() {
    EPackage npu = TestModels.npu();
    packages.add(npu, TestModels.NPU);
    BoardModel model = desk.read(npuBoard(), "npu.topology");
    assertEquals(Optional.empty(), model.readOnly());
    Topology copy = EcoreUtil.copy(model.root().orElseThrow());
    assertEquals(model.inspection().spec(), desk.inspect(copy).spec());
    packages.remove(npu);
    assertArrayEquals(npuBoard(), model.write(EcoreUtil.copy(model.root().orElseThrow())));
  }

  @Test
  void whatNobodyExplainsIsNamedWithItsPlace() {
    BoardModel model = desk.read(npuBoard(), "npu.topology");
    assertTrue(model.readOnly().orElseThrow().contains("org.example.npu"));
    List<UnknownElement> unknown = model.unknown();
    assertEquals("org.example.npu", unknown.getFirst().bundle());
    assertEquals("components", unknown.getFirst().feature());
    assertTrue(unknown.getFirst().attributes().containsKey("id"), unknown.toString());
  }

  @Test
  void aFindingPointsAtItsElement() {
    Topology board = desk.read(desk.blank("b", "arm64"), "b.topology").root().orElseThrow();
    Memory memory =
        BoardFactory.eINSTANCE.createMemory();
    memory.setId("dram");
    memory.setName("dram");
    board.getComponents().add(memory);
    Inspection inspection = desk.inspect(board);
    assertTrue(inspection.spec().isEmpty());
    Inspection.Found first = inspection.problems().getFirst();
    assertSame(memory, first.element().orElseThrow());
    assertTrue(first.what().contains("'base' is missing"), first.what());
    memory.setBase(0x4000_0000L);
    memory.setSize(1L << 30);
    assertTrue(desk.inspect(board).spec().isPresent());
  }
}
