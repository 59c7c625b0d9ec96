package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.emf.ecore.EPackage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device package that left is held by nothing of ours, open files included. */
class DepartureTest {
  private static final int COLLECTIONS = 50;

  @TempDir Path folder;
  private final ModelPackages packages = new ModelPackages();

  @Test
  void nothingHoldsAPackageThatLeft() throws IOException {
    Path file = Files.writeString(folder.resolve("npu.topology"), TestModels.npuBoard());
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      WeakReference<EPackage> gone = useAndRemove(open, file);
      assertTrue(isCollected(gone), "the package is still held");
      assertTrue(open.state().readOnly().isPresent());
    }
  }

  @Test
  void theTestWouldSeeAReference() {
    EPackage held = TestModels.npu();
    assertFalse(isCollected(new WeakReference<>(held)));
    assertNotNull(held);
  }

  private WeakReference<EPackage> useAndRemove(OpenBoardFile open, Path file) {
    EPackage npu = TestModels.npu();
    packages.add(npu, TestModels.NPU);
    open.edit(board -> board.setName("edited with the package"));
    assertNotNull(new BoardDesk(packages, new NoImporter()).open(file, List.of()).spec());
    packages.remove(npu);
    assertNull(EPackage.Registry.INSTANCE.get(npu.getNsURI()));
    return new WeakReference<>(npu);
  }

  private static boolean isCollected(WeakReference<?> reference) {
    for (int i = 0; i < COLLECTIONS && !reference.refersTo(null); i++) {
      System.gc();
    }
    return reference.refersTo(null);
  }
}
