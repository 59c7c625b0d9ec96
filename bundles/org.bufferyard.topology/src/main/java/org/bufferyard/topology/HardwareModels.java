package org.bufferyard.topology;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.bufferyard.api.device.DriverFactsTable;
import org.bufferyard.api.device.PoolUse;
import org.eclipse.emf.ecore.EAnnotation;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EPackage;

/**
 * Which hardware a device type stands for, so that an import can choose it. A type names the facts
 * of its drivers, and the models in there are its own:
 *
 * <pre>
 * &lt;eAnnotations source="http://bufferyard.org/device">
 *   &lt;details key="facts" value="facts/npu.facts"/>
 * </pre>
 */
final class HardwareModels {
  private static final String ANNOTATION = "http://bufferyard.org/device";
  private static final String FACTS = "facts";
  private static final String MODELS = "models";

  /** What {@link PoolUse} of a model is: the detail's name begins so. */
  private static final String POOLS = "pools ";

  /** Opens a file of the bundle that brings the types. */
  @FunctionalInterface
  interface Files {
    InputStream open(String path) throws IOException;
  }

  private HardwareModels() {}

  /**
   * Looks up the facts that the types of a package name.
   *
   * @throws IllegalArgumentException when they cannot be used
   */
  static void read(EPackage ePackage, Files files) throws IOException {
    for (EClass type : types(ePackage).toList()) {
      EAnnotation annotation = type.getEAnnotation(ANNOTATION);
      String path = annotation == null ? null : annotation.getDetails().get(FACTS);
      if (path != null) {
        try (BufferedReader reader =
            new BufferedReader(new InputStreamReader(files.open(path), StandardCharsets.UTF_8))) {
          DriverFactsTable facts = DriverFactsTable.parse(path, reader.lines().toList());
          annotation.getDetails().put(MODELS, String.join(" ", facts.models()));
          for (String model : facts.models()) {
            annotation.getDetails().put(POOLS + model, facts.of(model).pools().word());
          }
        }
      }
    }
  }

  /** Whether a type stands for a model. */
  static boolean has(EClass type, String model) {
    EAnnotation annotation = type.getEAnnotation(ANNOTATION);
    String models = annotation == null ? null : annotation.getDetails().get(MODELS);
    return models != null && Arrays.asList(models.split(" ")).contains(model);
  }

  /** When the driver of a model takes its device's regions; always unless its type says. */
  static PoolUse pools(EClass type, String model) {
    return Optional.ofNullable(type.getEAnnotation(ANNOTATION))
        .map(annotation -> annotation.getDetails().get(POOLS + model))
        .flatMap(PoolUse::of)
        .orElse(PoolUse.ALWAYS);
  }

  /** The device types of a package that can be drawn. */
  static Stream<EClass> types(EPackage ePackage) {
    return ePackage.getEClassifiers().stream()
        .filter(EClass.class::isInstance)
        .map(EClass.class::cast)
        .filter(type -> !type.isAbstract() && !type.isInterface());
  }
}
