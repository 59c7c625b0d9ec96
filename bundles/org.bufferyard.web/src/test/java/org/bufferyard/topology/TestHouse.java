package org.bufferyard.topology;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.bufferyard.importer.devicetree.DevicetreeImporter;
import org.bufferyard.platform.board.BoardImports;
import org.bufferyard.topology.edit.BoardModels;
import org.eclipse.emf.ecore.EPackage;

/** The topology's services without a framework, and a device bundle that comes and goes. */
public final class TestHouse {
  public static final String NPU = "http://example.org/device/npu/1.0";

  private final ModelPackages packages = new ModelPackages();
  private EPackage npu;

  public BoardModels models() {
    return new ModelDesk(packages);
  }

  public BoardImports imports() {
    return new ImportDesk(packages, new DevicetreeImporter());
  }

  public void npuArrives() {
    try (InputStream in = TestHouse.class.getResourceAsStream("/npu/npu.ecore")) {
      npu =
          DeviceModel.load(
              in,
              "npu.ecore",
              name -> {
                throw new IllegalArgumentException(name);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    packages.add(npu, new Origin("org.example.npu", "1.2.0"));
  }

  /** The package that left, for whoever wants to know whether it is still held. */
  public EPackage npuLeaves() {
    EPackage left = npu;
    npu = null;
    packages.remove(left);
    return left;
  }

  public static String npuBoard() {
    try (InputStream in = TestHouse.class.getResourceAsStream("/npu/npu.topology")) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
