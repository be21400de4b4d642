// How far around a point is a network invertible? largest_ball NET.onnx X1 X2 ...
#include <foldproof/foldproof.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "largest_ball NET.onnx X1 X2 ...\n";
    return 2;
  }
  try {
    const auto model = foldproof::Model::load(argv[1]);
    const std::vector<std::string> at(argv + 2, argv + argc);
    foldproof::Options options;
    options.gap = 1e-3;
    const foldproof::Answer answer = foldproof::radius(model, at, options);
    std::cout << "injective on the ball of radius " << answer.lower << "\n";
    if (answer.upper) std::cout << "not injective on the ball of radius " << *answer.upper << "\n";
    return answer.status == "solved" ? 0 : 3;
  } catch (const foldproof::InputError& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
