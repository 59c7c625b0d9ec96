package org.bufferyard.feature;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.StreamSupport;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/** Jars that lie in the plug-in folder but were not taken, and why. */
final class LeftJar {
  private LeftJar() {}

  /** One line a jar. */
  static List<String> in(Path folder, BundleContext context, BundleOwners owners) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "[!.]*.jar")) {
      return StreamSupport.stream(files.spliterator(), false)
          .filter(file -> context.getBundle(BundleOwners.location(file)) == null)
          .sorted()
          .map(
              file ->
                  folder.relativize(file) + " was not taken: " + reason(file, context, owners))
          .toList();
    } catch (IOException e) {
      return List.of(folder + " cannot be read");
    }
  }

  private static String reason(Path file, BundleContext context, BundleOwners owners) {
    try (JarFile jar = new JarFile(file.toFile())) {
      Manifest manifest = jar.getManifest();
      Attributes headers = manifest == null ? new Attributes() : manifest.getMainAttributes();
      String header = headers.getValue(Constants.BUNDLE_SYMBOLICNAME);
      if (header == null) {
        return "no bundle, its manifest has no " + Constants.BUNDLE_SYMBOLICNAME;
      }
      String label =
          header.split(";", 2)[0].strip() + " " + headers.getValue(Constants.BUNDLE_VERSION);
      Optional<Bundle> holder =
          Arrays.stream(context.getBundles())
              .filter(bundle -> Installation.label(bundle).equals(label))
              .findFirst();
      return holder
          .map(bundle -> label + " belongs to " + owners.of(bundle))
          .orElse("the framework has not accepted it (yet)");
    } catch (IOException e) {
      return "no jar file";
    }
  }
}
