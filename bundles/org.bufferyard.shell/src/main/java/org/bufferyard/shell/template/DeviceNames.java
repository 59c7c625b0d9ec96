package org.bufferyard.shell.template;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;
import org.bufferyard.platform.input.BadInputException;

/**
 * What a new device is called in each of its files.
 *
 * @param name as typed: lower case, hyphens between words
 * @param group the package above it
 */
record DeviceNames(String name, String group) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final int LONGEST = 40;

  DeviceNames {
    if (!NAME.matcher(name).matches() || name.length() > LONGEST) {
      throw new BadInputException(
          "is not a name for a device",
          "'" + name + "'",
          "take lower-case letters and digits, hyphens between words, such as thermal-camera");
    }
    if (!SourceVersion.isName(group)) {
      throw new BadInputException(
          "is not a package", "--package " + group, "give one such as org.example");
    }
    if (!SourceVersion.isName(group + "." + name.replace("-", ""))) {
      throw new BadInputException(
          "is a word of Java", "'" + name + "'", "take another name, such as " + name + "-device");
    }
  }

  /** A word for Java and XML: thermalcamera. */
  String ident() {
    return name.replace("-", "");
  }

  String packageName() {
    return group + "." + ident();
  }

  /** ThermalCamera. */
  String type() {
    return Arrays.stream(name.split("-")).map(DeviceNames::capital).collect(Collectors.joining());
  }

  /** Thermal camera. */
  String title() {
    return capital(name.replace('-', ' '));
  }

  /** The compatible string that a board asks for. */
  String model() {
    return group.substring(group.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT) + "," + name;
  }

  String nsUri() {
    return "http://" + group + "/device/" + name + "/1.0";
  }

  private static String capital(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }
}
