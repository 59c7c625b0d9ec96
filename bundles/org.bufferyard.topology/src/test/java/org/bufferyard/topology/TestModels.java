package org.bufferyard.topology;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.emf.ecore.EPackage;

/** Models and files that tests share. */
final class TestModels {
  static final Origin NPU = new Origin("org.example.npu", "1.2.0");

  private TestModels() {}

  /** A device package as a bundle would bring it, new on every call. */
  static EPackage npu() {
    return load("/npu/npu.ecore");
  }

  private static EPackage load(String resource) {
    try (InputStream in = TestModels.class.getResourceAsStream(resource)) {
      return DeviceModel.load(in, resource, TestModels::none);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream none(String path) {
    throw new IllegalArgumentException(path);
  }

  static String npuBoard() {
    try (InputStream in = TestModels.class.getResourceAsStream("/npu/npu.topology")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Packages with what our own device bundles bring. */
  static ModelPackages ours() {
    ModelPackages packages = new ModelPackages();
    for (String name : new String[] {"camera", "codec", "display"}) {
      Path bundle = Path.of("../org.bufferyard.device." + name, "src/main/resources");
      Path ecore = bundle.resolve("model").resolve(name + ".ecore");
      try (InputStream in = Files.newInputStream(ecore)) {
        packages.add(
            DeviceModel.load(
                in, ecore.toString(), path -> Files.newInputStream(bundle.resolve(path))),
            new Origin("org.bufferyard.device." + name, "0.1.0.SNAPSHOT"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return packages;
  }
}
