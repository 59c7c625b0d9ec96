package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bufferyard.api.device.PoolUse;
import org.bufferyard.topology.model.board.BoardPackage;
import org.eclipse.emf.ecore.EAnnotation;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EPackage;
import org.eclipse.emf.ecore.EcoreFactory;
import org.junit.jupiter.api.Test;

/** What a device type's facts say of the hardware that it stands for. */
class HardwareModelsTest {
  private static final String FACTS =
      """
      acme,npu acme,npu2 | npu | vb2-contig | vb2-dma-contig | - | - | without-iommu | npu.c: probe()
      acme,old | old | vb2-contig | vb2-dma-contig | - | - | old.c: probe()
      """;

  private static EClass npu() throws IOException {
    EcoreFactory factory = EcoreFactory.eINSTANCE;
    EAnnotation annotation = factory.createEAnnotation();
    annotation.setSource("http://bufferyard.org/device");
    annotation.getDetails().put("facts", "facts/npu.facts");
    EClass type = factory.createEClass();
    type.setName("Npu");
    type.getESuperTypes().add(BoardPackage.Literals.DEVICE);
    type.getEAnnotations().add(annotation);
    EPackage models = factory.createEPackage();
    models.getEClassifiers().add(type);
    HardwareModels.read(
        models, path -> new ByteArrayInputStream(FACTS.getBytes(StandardCharsets.UTF_8)));
    return type;
  }

  @Test
  void aTypeStandsForTheModelsOfItsFacts() throws IOException {
    assertTrue(HardwareModels.has(npu(), "acme,npu2"));
    assertFalse(HardwareModels.has(npu(), "acme,npu3"));
    assertFalse(HardwareModels.has(BoardPackage.Literals.DEVICE, "acme,npu2"));
  }

  @Test
  void theFactsSayWhenADriverTakesItsRegions() throws IOException {
    assertEquals(PoolUse.WITHOUT_IOMMU, HardwareModels.pools(npu(), "acme,npu2"));
    assertEquals(PoolUse.ALWAYS, HardwareModels.pools(npu(), "acme,old"));
    assertEquals(PoolUse.ALWAYS, HardwareModels.pools(npu(), "acme,unknown"));
    assertEquals(PoolUse.ALWAYS, HardwareModels.pools(BoardPackage.Literals.DEVICE, "acme,npu"));
  }
}
